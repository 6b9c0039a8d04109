package io.openinterest.job.kafka;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.openinterest.functions.record.Horizons;
import io.openinterest.functions.record.Interval;
import java.lang.reflect.Constructor;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Makes records of any class with any values, now and then null. */
final class AnyRecord {

    private final Random random;

    AnyRecord(long seed) {
        random = new Random(seed);
    }

    <R extends Record> R of(Class<R> type) throws ReflectiveOperationException {
        return type.cast(value(type, type));
    }

    private Object any(Class<?> type, Type generic) throws ReflectiveOperationException {
        if (type == int.class) {
            return random.nextInt(1000);
        } else if (type == boolean.class) {
            return random.nextBoolean();
        } else if (type == long.class) {
            return random.nextLong();
        }
        return random.nextInt(6) == 0 ? null : value(type, generic);
    }

    private Object value(Class<?> type, Type generic) throws ReflectiveOperationException {
        if (type == String.class) {
            return new String[] {"", "btc", "BTC-26DEC25-\"\\", "\n\u0001é币😀"}[random.nextInt(4)];
        } else if (type == BigDecimal.class) {
            BigInteger unscaled = new BigInteger(random.nextInt(80), random);
            return new BigDecimal(random.nextBoolean() ? unscaled : unscaled.negate(), random.nextInt(30) - 8);
        } else if (type == Instant.class) {
            return Instant.ofEpochMilli(
                    random.nextLong(253_402_300_800_000L) / 1000 * (random.nextBoolean() ? 1000 : 1));
        } else if (type == Integer.class) {
            return random.nextInt();
        } else if (type == Long.class) {
            return random.nextLong();
        } else if (type == Boolean.class) {
            return random.nextBoolean();
        } else if (type.isEnum()) {
            return type.getEnumConstants()[random.nextInt(type.getEnumConstants().length)];
        } else if (type == List.class) {
            Class<?> element = (Class<?>) ((ParameterizedType) generic).getActualTypeArguments()[0];
            List<Object> list = new ArrayList<>();
            for (int i = random.nextInt(4); i > 0; i--) {
                list.add(value(element, element));
            }
            return list;
        } else if (type == Horizons.class) {
            return Horizons.of(
                    (Interval) value(Interval.class, Interval.class),
                    length -> random.nextInt(4) == 0 ? null : BigDecimal.valueOf(length, 8));
        }
        RecordComponent[] components = type.getRecordComponents();
        Class<?>[] types =
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        Object[] values = new Object[types.length];
        for (int i = 0; i < types.length; i++) {
            // a record always has its first part: what it is of
            boolean isFirstPart = i == 0 && components[i].getAccessor().isAnnotationPresent(JsonUnwrapped.class);
            values[i] = isFirstPart ? value(types[i], types[i]) : any(types[i], components[i].getGenericType());
        }
        Constructor<?> constructor = type.getDeclaredConstructor(types);
        return constructor.newInstance(values);
    }
}
