package dev.quarry.explain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.explain.log.LogReader;
import dev.quarry.explain.verdict.Explanation;
import dev.quarry.explain.verdict.OomStory;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What an explanation says where the plain words would mislead. */
class WordsOfVerdictsTest {
  private static Explanation of(String log) {
    byte[] bytes = log.getBytes(StandardCharsets.UTF_8);
    try (LogReader reader = LogReader.open("test.log", new ByteArrayInputStream(bytes))) {
      return new Explainer().explain(reader.next());
    }
  }

  /** Up to 4.3 the test counts order by order: the count that fails is named. */
  @Test
  void aBlockIsThereAndTheCountFails() {
    Explanation explanation =
        of(
            """
            worker: page allocation failure: order:3, mode:0x20
            CPU: 0 PID: 4711 Comm: worker Not tainted 3.14.29 #1
            Normal free:4000kB min:1600kB low:2000kB high:2400kB present:65536kB managed:60000kB
            lowmem_reserve[]: 0 0
            Normal: 700*4kB (UEM) 140*8kB (UEM) 3*16kB (R) 1*32kB (R) 0*64kB = 4000kB
            """);
    // 1,000 - 7 free; less 700, 140 * 2 and 3 * 4 pages; a mark of 150 halves to 75, 37, 18.
    assertThat(explanation.sentence())
        .isEqualTo(
            "Normal has 1,000 free pages, 843 more than the request needs, but too few of them in"
                + " larger blocks: in those of order 2 (16 kB) and more 13 are left, and more than"
                + " 37 are demanded.");
  }

  @Test
  void aVmallocOfMoreThanThereIs() {
    String log =
        """
        worker: vmalloc: allocation failure: BYTES bytes, mode:0x14080c0(GFP_KERNEL|__GFP_ZERO)
        CPU: 1 PID: 4711 Comm: worker Not tainted 4.15.0 #1
        Node 0 Normal free:789380kB min:37100kB low:46372kB high:55644kB present:1048576kB
        lowmem_reserve[]: 0 0
        262144 pages RAM
        """;
    assertThat(of(log.replace("BYTES", "" + (2L << 30))).sentence())
        .contains("vmalloc was asked for 2.0 GiB, the machine has 1.0 GiB")
        .doesNotContain("no address space");
    assertThat(of(log.replace("BYTES", "1048576")).sentence()).contains("no address space");
    assertThat(of(log.replace("BYTES", "0")).sentence()).contains("asked for 0 bytes");
  }

  private static final String OOM =
      """
      worker invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0
      CPU: 0 PID: 4711 Comm: worker Not tainted 6.1.0 #1
      active_anon:200000 inactive_anon:20000 isolated_anon:0
       free:9000 free_pcp:0 free_cma:0
      Node 0 Normal free:3000kB min:4000kB low:5000kB high:6000kB present:65536kB managed:60000kB
      lowmem_reserve[]: 0 0
      Node 0 Normal: 750*4kB (U) 0*8kB = 3000kB
      Free swap  = FREEkB
      Total swap = 1000000kB
      """;

  private static OomStory.Holder anonymous(Explanation explanation) {
    assertThat(explanation.oom()).isNotNull();
    return explanation.oom().holders().stream()
        .filter(holder -> holder.name().equals("anonymous"))
        .findFirst()
        .orElseThrow();
  }

  /** A last page of swap takes nothing back. */
  @Test
  void fullSwapTakesNothingBack() {
    assertThat(anonymous(of(OOM.replace("FREE", "40"))).reclaimable()).isFalse();
    assertThat(anonymous(of(OOM.replace("FREE", "400000"))).reclaimable()).isTrue();
  }

  /** Only a part of the zones is shown, the counters are the machine's: no share is above all. */
  @Test
  void sharesOfAMachineOfWhichSomeNodesAreShown() {
    Explanation explanation = of(OOM.replace("FREE", "0"));
    assertThat(explanation.oom()).isNotNull();
    double sum =
        explanation.oom().holders().stream()
            .filter(holder -> !holder.name().startsWith("task "))
            .mapToDouble(OomStory.Holder::share)
            .sum();
    assertThat(sum).isBetween(0.99, 1.01);
  }
}
