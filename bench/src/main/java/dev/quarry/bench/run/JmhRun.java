package dev.quarry.bench.run;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs a JMH benchmark in a JVM of its own. */
public final class JmhRun {
  /** The same for all; what Netty needs to be at its fastest is among them. */
  private static final List<String> JVM_ARGS =
      List.of(
          "-Xbatch", // a busy host compiles late: better to wait for it than to measure before
          "-Xms512m",
          "-Xmx2g",
          "-XX:MaxDirectMemorySize=4g",
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow",
          "--add-opens=java.base/java.nio=ALL-UNNAMED",
          "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED",
          "-Dio.netty.noUnsafe=false",
          "-Dio.netty.tryReflectionSetAccessible=true",
          "-Dio.netty.leakDetection.level=disabled",
          "-Djmh.executor=CUSTOM",
          "-Djmh.executor.class=dev.quarry.bench.work.FastThreads");

  private final Context context;

  /** A runner with the context's effort. */
  public JmhRun(Context context) {
    this.context = context;
  }

  /**
   * Runs one benchmark.
   *
   * @param benchmark its class
   * @param method its method
   * @param params values of {@code @Param} fields
   * @return the nanoseconds for one operation, for each iteration
   */
  public double[] nanos(
      Class<?> benchmark, String method, int threads, Map<String, String> params) {
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include("^" + benchmark.getName().replace(".", "\\.") + "\\." + method + "$")
            .threads(threads)
            .forks(1)
            .warmupIterations(context.effort().warmups())
            .measurementIterations(context.effort().iterations())
            .warmupTime(TimeValue.milliseconds(context.effort().iterationMillis()))
            .measurementTime(TimeValue.milliseconds(context.effort().iterationMillis()))
            .shouldFailOnError(true)
            .verbosity(VerboseMode.SILENT)
            .jvmArgs(JVM_ARGS.toArray(String[]::new));
    params.forEach(options::param);
    try {
      return samples(benchmark.getSimpleName() + "." + method, new Runner(options.build()).run());
    } catch (RunnerException e) {
      throw new IllegalStateException(benchmark.getSimpleName() + "." + method + " failed", e);
    }
  }

  private double[] samples(String name, Collection<RunResult> results) {
    List<Double> samples = new ArrayList<>();
    for (RunResult run : results) {
      for (BenchmarkResult fork : run.getBenchmarkResults()) {
        for (IterationResult iteration : fork.getIterationResults()) {
          samples.add(iteration.getPrimaryResult().getScore());
          noteFailures(iteration);
        }
      }
    }
    if (samples.isEmpty()) {
      throw new IllegalStateException(name + " gave no results");
    }
    return samples.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private void noteFailures(IterationResult iteration) {
    Result<?> failed = iteration.getSecondaryResults().get("failed");
    if (failed != null && failed.getScore() > 0) {
      context.note("some requests of Quarry failed: its workload was smaller than the peers'");
    }
  }
}
