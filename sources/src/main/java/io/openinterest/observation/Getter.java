package io.openinterest.observation;

import java.lang.invoke.LambdaMetafactory;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** Methods without parameters, compiled into functions, because reflection is slow. */
public final class Getter {

    /** Kept with the class, so that however many serializers there are, every method is compiled once. */
    private static final ClassValue<Map<Method, Function<Object, Object>>> COMPILED = new ClassValue<>() {
        @Override
        protected Map<Method, Function<Object, Object>> computeValue(Class<?> type) {
            return new ConcurrentHashMap<>();
        }
    };

    private Getter() {}

    /**
     * A method as a function of the object it is called on.
     *
     * @throws IllegalArgumentException where its class is not open to this one
     */
    public static Function<Object, Object> of(Method method) {
        return COMPILED.get(method.getDeclaringClass()).computeIfAbsent(method, Getter::compile);
    }

    @SuppressWarnings("unchecked")
    private static Function<Object, Object> compile(Method method) {
        try {
            MethodHandles.Lookup lookup =
                    MethodHandles.privateLookupIn(method.getDeclaringClass(), MethodHandles.lookup());
            MethodHandle target = lookup.unreflect(method);
            return (Function<Object, Object>) LambdaMetafactory.metafactory(
                            lookup,
                            "apply",
                            MethodType.methodType(Function.class),
                            MethodType.methodType(Object.class, Object.class),
                            target,
                            target.type().wrap())
                    .getTarget()
                    .invoke();
        } catch (Throwable e) {
            throw new IllegalArgumentException(method + " can't be called", e);
        }
    }
}
