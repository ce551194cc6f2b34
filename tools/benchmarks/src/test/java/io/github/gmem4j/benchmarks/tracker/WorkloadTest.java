package io.github.gmem4j.benchmarks.tracker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.reflect.Method;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.annotations.Benchmark;

class WorkloadTest {
  @Test
  void everyWorkloadHasItsBenchmark() {
    List<String> methods =
        Stream.of(
                LookupBenchmark.class,
                ConvertBenchmark.class,
                UniformityBenchmark.class,
                FillBenchmark.class)
            .flatMap(type -> Stream.of(type.getDeclaredMethods()))
            .filter(method -> method.isAnnotationPresent(Benchmark.class))
            .map(Method::getName)
            .sorted()
            .toList();
    assertEquals(Stream.of(Workload.values()).map(Workload::method).sorted().toList(), methods);
  }

  @Test
  void labelsAreTheNamesOfTheDescription() {
    assertEquals("lookup-few-dep", Workload.LOOKUP_FEW_DEP.label());
    assertEquals("convert4k-sparse", Workload.CONVERT4K_SPARSE.label());
    assertEquals("uniform1g-allpriv", Workload.UNIFORM1G_ALLPRIV.label());
  }
}
