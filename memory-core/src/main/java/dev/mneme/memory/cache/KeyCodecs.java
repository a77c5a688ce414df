package dev.mneme.memory.cache;

import dev.mneme.KeyPath;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;

/** The codecs of the ordinary key types; a record is the path of its components. */
final class KeyCodecs {

    private KeyCodecs() {}

    static <K> KeyCodec<K> of(Type type) {
        if (!(type instanceof Class<?> named)) {
            throw new IllegalArgumentException(
                    "a key must be a String, Long, Integer, UUID, enum or a record of these, was "
                            + type.getTypeName());
        }
        @SuppressWarnings("unchecked") // a part of the class named by the type
        var part = (Part<K>) ofClass(named, named.getSimpleName());
        if (part instanceof RecordPart) {
            return part;
        }
        return new KeyCodec<>() {
            @Override
            public String encode(K key) {
                return KeyPath.encode(part.encode(key));
            }

            @Override
            public K decode(String text) {
                return part.decode(only(text));
            }
        };
    }

    /** A component of a key, not yet encoded as a part of a path. */
    private interface Part<K> extends KeyCodec<K> {}

    private static Part<?> ofClass(Class<?> type, String where) {
        if (type == String.class) {
            return KeyCodecs.<String>simple(key -> key, text -> text);
        }
        if (type == Long.class || type == long.class) {
            return KeyCodecs.<Long>simple(key -> Long.toString(key), Long::parseLong);
        }
        if (type == Integer.class || type == int.class) {
            return KeyCodecs.<Integer>simple(key -> Integer.toString(key), Integer::parseInt);
        }
        if (type == UUID.class) {
            return KeyCodecs.<UUID>simple(UUID::toString, UUID::fromString);
        }
        if (type.isEnum()) {
            return ofEnum(type);
        }
        if (type.isRecord()) {
            return ofRecord(type, where);
        }
        throw new IllegalArgumentException("a key must be a String, Long, Integer, UUID, enum or a record of these; "
                + where + " is a " + type.getName());
    }

    private static String only(String text) {
        List<String> parts = KeyPath.split(text);
        if (parts.size() != 1) {
            throw new IllegalArgumentException("a key of one part must have one part, had " + parts.size());
        }
        return parts.get(0);
    }

    private static <K> Part<K> simple(Function<K, String> encode, Function<String, K> decode) {
        return new Part<>() {
            @Override
            public String encode(K key) {
                return encode.apply(key);
            }

            @Override
            public K decode(String text) {
                try {
                    return decode.apply(text);
                } catch (IllegalArgumentException e) {
                    // its own message would repeat the key
                    throw new IllegalArgumentException("a key must be as it was written, was other text");
                }
            }
        };
    }

    private static Part<?> ofEnum(Class<?> type) {
        var constants = new HashMap<String, Object>();
        for (Object constant : type.getEnumConstants()) {
            constants.put(((Enum<?>) constant).name(), constant);
        }
        return KeyCodecs.<Object>simple(key -> ((Enum<?>) key).name(), text -> {
            Object constant = constants.get(text);
            if (constant == null) {
                throw new IllegalArgumentException("a key must name a constant of " + type.getName());
            }
            return constant;
        });
    }

    private static Part<?> ofRecord(Class<?> type, String where) {
        RecordComponent[] components = type.getRecordComponents();
        if (components.length == 0) {
            throw new IllegalArgumentException("a key must have at least one component, " + where + " has none");
        }
        var parts = new ArrayList<Part<Object>>();
        var types = new Class<?>[components.length];
        var accessors = new Method[components.length];
        for (int i = 0; i < components.length; i++) {
            RecordComponent component = components[i];
            types[i] = component.getType();
            accessors[i] = component.getAccessor();
            accessors[i].setAccessible(true);
            @SuppressWarnings("unchecked") // given only what the accessor of the same component returns
            var part = (Part<Object>) ofClass(component.getType(), where + '.' + component.getName());
            parts.add(part);
        }
        return new RecordPart(where, parts, accessors, constructor(type, types));
    }

    private static Constructor<?> constructor(Class<?> type, Class<?>[] types) {
        try {
            Constructor<?> canonical = type.getDeclaredConstructor(types);
            canonical.setAccessible(true);
            return canonical;
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A path of its components; a record within it is a path within a part. */
    private static final class RecordPart implements Part<Object> {
        private final String name;
        private final List<Part<Object>> parts;
        private final Method[] accessors;
        private final Constructor<?> constructor;

        RecordPart(String name, List<Part<Object>> parts, Method[] accessors, Constructor<?> constructor) {
            this.name = name;
            this.parts = parts;
            this.accessors = accessors;
            this.constructor = constructor;
        }

        @Override
        public String encode(Object key) {
            var texts = new String[accessors.length];
            for (int i = 0; i < accessors.length; i++) {
                Object component = invoke(key, accessors[i]);
                if (component == null) {
                    throw new IllegalArgumentException("a key must have no null in it, " + name + " has");
                }
                texts[i] = parts.get(i).encode(component);
            }
            return KeyPath.join(texts);
        }

        @Override
        public Object decode(String text) {
            List<String> texts = KeyPath.split(text);
            if (texts.size() != parts.size()) {
                throw new IllegalArgumentException(
                        "a key of type " + name + " must have " + parts.size() + " parts, had " + texts.size());
            }
            var components = new Object[texts.size()];
            for (int i = 0; i < components.length; i++) {
                components[i] = parts.get(i).decode(texts.get(i));
            }
            try {
                return constructor.newInstance(components);
            } catch (InvocationTargetException e) {
                throw new IllegalArgumentException(
                        "a key of type " + name + " refuses its own components", e.getCause());
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
        }

        private static Object invoke(Object key, Method accessor) {
            try {
                return accessor.invoke(key);
            } catch (InvocationTargetException e) {
                throw new IllegalArgumentException("a key must give its components, was refused", e.getCause());
            } catch (IllegalAccessException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
