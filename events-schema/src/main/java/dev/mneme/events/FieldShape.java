package dev.mneme.events;

import java.lang.invoke.MethodHandle;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.SerializableString;
import tools.jackson.core.io.SerializedString;

/** One component of a record: its name, its type, and whether it may be absent. */
final class FieldShape {

    private final String name;
    private final SerializableString wireName;
    private final ValueShape value;
    private final boolean required;
    private final boolean personal;
    private final MethodHandle accessor;
    private Map<String, Long> rules = Map.of();

    /**
     * @param accessor from {@code Object}, the record, to {@code Object}
     */
    FieldShape(String name, ValueShape value, boolean required, boolean personal, MethodHandle accessor) {
        this.name = name;
        this.wireName = new SerializedString(name);
        this.value = value;
        this.required = required;
        this.personal = personal;
        this.accessor = accessor;
    }

    String name() {
        return name;
    }

    SerializableString wireName() {
        return wireName;
    }

    ValueShape value() {
        return value;
    }

    boolean required() {
        return required;
    }

    boolean personal() {
        return personal;
    }

    /** The rules that the record's constructor states for it, sorted by name. */
    Map<String, Long> rules() {
        return rules;
    }

    /** Set once, before the shape is shared: rules are found by calling the constructor, which needs the shape. */
    void rules(Map<String, Long> found) {
        rules = Map.copyOf(found);
    }

    void checkNullable() {
        if (required) {
            throw new BadValue("must not be null").in(name);
        }
    }

    @Nullable
    Object of(Object event) {
        try {
            return (Object) accessor.invokeExact(event);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("an accessor of a record threw a checked exception", e);
        }
    }
}
