package dev.mneme;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import org.jspecify.annotations.Nullable;

/**
 * A full type, generic arguments included, given as an anonymous subclass: {@code new TypeRef<List<Turn>>() {}}.
 *
 * <p>Two references to the same type are equal.
 *
 * @param <T> the type; must have no type variable of its surroundings in it
 */
public abstract class TypeRef<T> {

    private final Type type;

    /**
     * @throws IllegalStateException if the subclass names no type, as {@code new TypeRef() {}} does not
     */
    protected TypeRef() {
        if (!(getClass().getGenericSuperclass() instanceof ParameterizedType named)
                || !TypeRef.class.equals(named.getRawType())) {
            throw new IllegalStateException("a TypeRef must be a direct subclass that names its type, was "
                    + getClass().getName());
        }
        this.type = named.getActualTypeArguments()[0];
    }

    private TypeRef(Class<T> type) {
        this.type = type;
    }

    /** A reference to a type without generic arguments. */
    public static <T> TypeRef<T> of(Class<T> type) {
        return new TypeRef<>(type) {};
    }

    public final Type type() {
        return type;
    }

    @Override
    public final boolean equals(@Nullable Object other) {
        return other instanceof TypeRef<?> that && type.equals(that.type);
    }

    @Override
    public final int hashCode() {
        return type.hashCode();
    }

    /** The type's name, as {@link Type#getTypeName()} gives it. */
    @Override
    public final String toString() {
        return type.getTypeName();
    }
}
