package io.openinterest.observation;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import io.openinterest.observation.Json.Decimals;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Writes records of one class as {@link Json#mapper} does, byte for byte, several times as fast: the components are looked
 * at once, when this is made, and from then on every field is a name that is ready and a value that is fetched by compiled
 * code. The record stays the only place where its fields and their order are listed.
 *
 * <p>Knows what records here are made of: texts, times, decimals, integers, truth values, constants, other records, lists
 * and maps of these, and of Jackson's annotations {@code JsonProperty}, {@code JsonIgnore}, {@code JsonInclude} of what
 * is not null, {@code JsonUnwrapped} and {@code JsonValue}. Whatever else a record may have is refused when this is made.
 *
 * <p>Thread-safe.
 *
 * @param <R> the records
 */
public final class RecordJson<R> {

    private final Value writer;

    /** Writes a value that is not null. */
    private interface Value {
        void write(Object value, JsonText out);
    }

    /** Writes its part of a record. */
    private interface Component {
        void write(Object owner, JsonText out);
    }

    /**
     * A field of a record.
     *
     * @param name with quotes, colon and the comma before it
     * @param get fetches the value from the record
     * @param isOptional left out where it is null
     */
    private record Field(byte[] name, Function<Object, Object> get, boolean isOptional, Value value)
            implements Component {

        @Override
        public void write(Object owner, JsonText out) {
            Object component = get.apply(owner);
            if (component != null) {
                out.raw(name);
                value.write(component, out);
            } else if (!isOptional) {
                out.raw(name);
                out.nothing();
            }
        }
    }

    /**
     * A record whose fields stand among those of the record it is part of.
     *
     * @param isFirst its fields come before all others
     */
    private record Unwrapped(Function<Object, Object> get, List<Component> components, boolean isFirst)
            implements Component {

        @Override
        public void write(Object owner, JsonText out) {
            Object component = get.apply(owner);
            if (component == null && isFirst) {
                throw new IllegalArgumentException("the first part of " + owner + " is missing");
            }
            if (component != null) {
                for (Component each : components) {
                    each.write(component, out);
                }
            }
        }
    }

    private RecordJson(Value writer) {
        this.writer = writer;
    }

    /**
     * A writer for records of a class.
     *
     * @throws IllegalArgumentException where the class has a component of a kind that is not known
     */
    public static <R extends Record> RecordJson<R> of(Class<R> type, Decimals decimals) {
        return new RecordJson<>(value(type, type, decimals));
    }

    /** Writes a record into a text, in place of what was there. */
    public JsonText write(R record, JsonText out) {
        out.clear();
        writer.write(record, out);
        return out;
    }

    private static Value value(Class<?> type, Type generic, Decimals decimals) {
        if (type == String.class) {
            return (value, out) -> out.text((String) value);
        }
        if (type == BigDecimal.class) {
            return decimals == Decimals.NUMBER
                    ? (value, out) -> out.decimal((BigDecimal) value)
                    : (value, out) -> {
                        out.raw('"');
                        out.decimal((BigDecimal) value);
                        out.raw('"');
                    };
        }
        if (type == Instant.class) {
            return (value, out) -> out.time((Instant) value);
        }
        if (type == int.class || type == Integer.class || type == long.class || type == Long.class) {
            return (value, out) -> out.integer(((Number) value).longValue());
        }
        if (type == boolean.class || type == Boolean.class) {
            return (value, out) -> out.logical((Boolean) value);
        }
        if (type.isEnum()) {
            return constants(type);
        }
        if (type == List.class) {
            return list(element(generic, 0, decimals));
        }
        if (type == Map.class) {
            return map(element(generic, 1, decimals));
        }
        if (type.isRecord()) {
            Method whole = wholeValue(type);
            return whole == null ? record(type, decimals) : instead(whole, decimals);
        }
        throw new IllegalArgumentException("no form is known for " + generic);
    }

    private static Value element(Type generic, int index, Decimals decimals) {
        Type element = ((ParameterizedType) generic).getActualTypeArguments()[index];
        return value((Class<?>) element, element, decimals);
    }

    private static Value list(Value element) {
        return (value, out) -> {
            out.raw('[');
            boolean first = true;
            for (Object each : (List<?>) value) {
                if (!first) {
                    out.raw(',');
                }
                first = false;
                orNull(element, each, out);
            }
            out.raw(']');
        };
    }

    private static Value map(Value element) {
        return (value, out) -> {
            out.raw('{');
            boolean first = true;
            for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
                if (!first) {
                    out.raw(',');
                }
                first = false;
                out.text((String) entry.getKey());
                out.raw(':');
                orNull(element, entry.getValue(), out);
            }
            out.raw('}');
        };
    }

    private static void orNull(Value element, Object value, JsonText out) {
        if (value == null) {
            out.nothing();
        } else {
            element.write(value, out);
        }
    }

    private static Value constants(Class<?> type) {
        Object[] constants = type.getEnumConstants();
        byte[][] texts = new byte[constants.length][];
        for (int i = 0; i < constants.length; i++) {
            texts[i] = ("\"" + name((Enum<?>) constants[i]) + "\"").getBytes(StandardCharsets.UTF_8);
        }
        return (value, out) -> out.raw(texts[((Enum<?>) value).ordinal()]);
    }

    private static String name(Enum<?> constant) {
        try {
            Method whole = wholeValue(constant.getDeclaringClass());
            if (whole != null) {
                return (String) whole.invoke(constant);
            }
            JsonProperty name =
                    constant.getDeclaringClass().getField(constant.name()).getAnnotation(JsonProperty.class);
            return name == null ? constant.name() : name.value();
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException(constant + " has no name", e);
        }
    }

    /** The method that gives what is written in place of an object. */
    private static Method wholeValue(Class<?> type) {
        for (Method method : type.getDeclaredMethods()) {
            if (method.isAnnotationPresent(JsonValue.class)) {
                return method;
            }
        }
        return null;
    }

    private static Value instead(Method whole, Decimals decimals) {
        Function<Object, Object> get = Getter.of(whole);
        Value value = value(whole.getReturnType(), whole.getGenericReturnType(), decimals);
        return (object, out) -> value.write(get.apply(object), out);
    }

    private static Value record(Class<?> type, Decimals decimals) {
        Component[] components = components(type, true, "", decimals).toArray(Component[]::new);
        return (object, out) -> {
            out.raw('{');
            for (Component component : components) {
                component.write(object, out);
            }
            out.raw('}');
        };
    }

    private static List<Component> components(Class<?> type, boolean isFirst, String prefix, Decimals decimals) {
        List<Component> all = new ArrayList<>();
        for (RecordComponent component : type.getRecordComponents()) {
            Method accessor = component.getAccessor();
            checkKnown(accessor);
            boolean first = isFirst && all.isEmpty();
            JsonUnwrapped unwrapped = accessor.getAnnotation(JsonUnwrapped.class);
            if (unwrapped != null) {
                all.add(new Unwrapped(
                        Getter.of(accessor),
                        components(component.getType(), first, prefix + unwrapped.prefix(), decimals),
                        first));
            } else if (!accessor.isAnnotationPresent(JsonIgnore.class)) {
                all.add(new Field(
                        ((first ? "" : ",") + "\"" + prefix + name(component) + "\":").getBytes(StandardCharsets.UTF_8),
                        Getter.of(accessor),
                        // the first is always there: it has no comma
                        !first && accessor.isAnnotationPresent(JsonInclude.class),
                        value(component.getType(), component.getGenericType(), decimals)));
            }
        }
        return all;
    }

    /** An annotation that was not heeded would be a wrong record. */
    private static void checkKnown(Method accessor) {
        for (Annotation annotation : accessor.getAnnotations()) {
            boolean isKnown = annotation instanceof JsonInclude include
                    ? include.value() == JsonInclude.Include.NON_NULL
                    : annotation instanceof JsonIgnore
                            || annotation instanceof JsonProperty
                            || annotation instanceof JsonUnwrapped unwrapped
                                    && unwrapped.suffix().isEmpty()
                            || !annotation.annotationType().getName().startsWith("com.fasterxml.");
            if (!isKnown) {
                throw new IllegalArgumentException(annotation + " is not known, on " + accessor);
            }
        }
    }

    private static String name(RecordComponent component) {
        JsonProperty property = component.getAccessor().getAnnotation(JsonProperty.class);
        return property == null || property.value().isEmpty()
                ? SnakeCaseStrategy.INSTANCE.translate(component.getName())
                : property.value();
    }
}
