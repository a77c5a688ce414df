package dev.mneme.events;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Constructor;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds the shape of a record from its class, and refuses what cannot travel. Used by one thread. */
final class Shapes {

    private final Deque<Class<?>> within = new ArrayDeque<>();

    private Shapes() {}

    /**
     * @throws IllegalArgumentException if a component's type cannot be part of an event; names record and component
     */
    static RecordShape of(Class<?> record) {
        return new Shapes().record(record);
    }

    private RecordShape record(Class<?> type) {
        RecordComponent[] components = type.getRecordComponents();
        if (components.length > RecordShape.MAX_COMPONENTS) {
            throw new IllegalArgumentException("an event's record must have at most " + RecordShape.MAX_COMPONENTS
                    + " components, " + type.getName() + " has " + components.length);
        }
        if (type.getTypeParameters().length > 0) {
            throw new IllegalArgumentException(
                    "an event's record must have no type parameters, " + type.getName() + " has");
        }
        within.push(type);
        var fields = new ArrayList<FieldShape>();
        for (RecordComponent component : components) {
            fields.add(field(type, component));
        }
        within.pop();
        var shape = new RecordShape(type, constructor(type, components), fields);
        findRules(shape);
        return shape;
    }

    private static void findRules(RecordShape shape) {
        @Nullable Object[] probe;
        try {
            probe = SampleValues.of(shape);
        } catch (BadValue e) {
            return; // a record inside refuses every sample, so this constructor cannot be called
        }
        Rules rules = Rules.statedBy(() -> shape.construct(probe));
        shape.fields().forEach(field -> field.rules(rules.of(field.name())));
    }

    private FieldShape field(Class<?> record, RecordComponent component) {
        Class<?> type = component.getType();
        boolean nullable = isNullable(component) || isNullable(component.getAnnotatedType());
        if (nullable && type.isPrimitive()) {
            throw refused(record, component, "is primitive and so cannot be @Nullable; use its box");
        }
        ValueShape value = value(record, component, component.getGenericType(), component.getAnnotatedType());
        return new FieldShape(
                component.getName(),
                value,
                !nullable,
                component.isAnnotationPresent(Personal.class),
                accessor(record, component));
    }

    private ValueShape value(Class<?> record, RecordComponent component, Type type, AnnotatedType annotated) {
        if (type instanceof Class<?> plain) {
            ValueShape scalar = Scalars.of(plain);
            if (scalar != null) {
                return scalar;
            }
            if (plain.isEnum()) {
                return new EnumShape(plain);
            }
            if (plain.isRecord()) {
                if (within.contains(plain)) {
                    throw refused(record, component, "contains itself through " + plain.getSimpleName());
                }
                return record(plain);
            }
        }
        if (type instanceof ParameterizedType generic
                && annotated instanceof AnnotatedParameterizedType annotatedGeneric) {
            Type[] arguments = generic.getActualTypeArguments();
            AnnotatedType[] annotatedArguments = annotatedGeneric.getAnnotatedActualTypeArguments();
            int last = arguments.length - 1;
            boolean list = generic.getRawType() == List.class;
            boolean map = generic.getRawType() == Map.class && arguments[0] == String.class;
            if (list || map) {
                if (isNullable(annotatedArguments[last])) {
                    throw refused(record, component, "has elements that may be null; leave them out instead");
                }
                ValueShape element = value(record, component, arguments[last], annotatedArguments[last]);
                return list ? new ListShape(element) : new MapShape(element);
            }
        }
        throw refused(
                record, component, "is of type " + type.getTypeName() + ", which no event can hold; " + remedy(type));
    }

    private static String remedy(Type type) {
        if (type instanceof Class<?> plain) {
            if (plain.isArray() || java.util.Collection.class.isAssignableFrom(plain)) {
                return "use List with an element type";
            }
            if (Map.class.isAssignableFrom(plain)) {
                return "use Map<String, …>";
            }
            if (java.util.Date.class.isAssignableFrom(plain)) {
                return "use Instant";
            }
            if (plain == float.class || plain == Float.class) {
                return "use double or BigDecimal";
            }
            if (plain.isPrimitive()) {
                return "use int or String";
            }
        }
        return "use a record, an enum, List, Map<String, …> or one of the types named at Event";
    }

    private static IllegalArgumentException refused(Class<?> record, RecordComponent component, String why) {
        return new IllegalArgumentException(record.getName() + ": component " + component.getName() + " " + why);
    }

    private static boolean isNullable(AnnotatedElement element) {
        return Arrays.stream(element.getAnnotations())
                .anyMatch(annotation ->
                        annotation.annotationType().getSimpleName().equals("Nullable"));
    }

    private static MethodHandle constructor(Class<?> type, RecordComponent[] components) {
        Class<?>[] parameters =
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        try {
            Constructor<?> canonical = type.getDeclaredConstructor(parameters);
            canonical.setAccessible(true);
            return MethodHandles.lookup()
                    .unreflectConstructor(canonical)
                    .asFixedArity()
                    .asSpreader(Object[].class, parameters.length)
                    .asType(MethodType.methodType(Object.class, Object[].class));
        } catch (ReflectiveOperationException | InaccessibleObjectException e) {
            throw unreachable(type, e);
        }
    }

    private static MethodHandle accessor(Class<?> type, RecordComponent component) {
        try {
            Method accessor = component.getAccessor();
            accessor.setAccessible(true);
            return MethodHandles.lookup().unreflect(accessor).asType(MethodType.methodType(Object.class, Object.class));
        } catch (IllegalAccessException | InaccessibleObjectException e) {
            throw unreachable(type, e);
        }
    }

    private static IllegalArgumentException unreachable(Class<?> type, @Nullable Throwable cause) {
        return new IllegalArgumentException(
                "the package of an event must be open to dev.mneme.events, that of " + type.getName() + " is not",
                cause);
    }
}
