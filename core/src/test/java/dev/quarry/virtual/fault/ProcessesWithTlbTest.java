package dev.quarry.virtual.fault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.physical.Shrink;
import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.tlb.TlbGeometry;
import dev.quarry.virtual.tlb.TlbModel;
import dev.quarry.virtual.tlb.TlbStats;
import dev.quarry.virtual.tlb.Tlbs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Processes on two CPUs with TLBs: loads see what was stored, and after each step no entry of any
 * CPU says what the page tables do not. The machine's invariants hold that check.
 */
class ProcessesWithTlbTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "X86_64,1,usual,true",
    "X86_64,2,4/2+16/4,true",
    "X86_64,3,8/8,false",
    "X86_32,4,l1i:4/4+l1d:4/1+l2:64/8,true",
    "X86_64,5,mips,true",
    "X86_32,6,mips:4,true"
  })
  void noStaleEntryCanBeHit(PageTableLayout layout, long seed, String text, boolean asids)
      throws IOException {
    TlbModel model = TlbModel.parse(text);
    if (model instanceof TlbModel.Hardware(TlbGeometry geometry)) {
      model = new TlbModel.Hardware(geometry.withAsids(asids));
    }
    TlbModel tlb = model;
    List<Step> steps = ProcessesTest.draw(new Random(seed));
    String wrong = play(layout, tlb, steps);
    if (wrong != null) {
      List<Step> few = Shrink.shrink(steps, shorter -> play(layout, tlb, shorter) != null);
      throw new AssertionError("seed " + seed + ": " + few + "\n" + play(layout, tlb, few));
    }
    assertThat(wrong).isNull();
  }

  private @Nullable String play(PageTableLayout layout, TlbModel tlb, List<Step> steps) {
    try (ProcessRun run = new ProcessRun(layout, folder.resolve("file"), tlb)) {
      for (int i = 0; i < steps.size(); i++) {
        String wrong = run.play(steps.get(i));
        if (wrong != null) {
          return "step " + i + ": " + wrong;
        }
      }
      Tlbs tlbs = run.machine().tlbs();
      TlbStats total = tlbs == null ? null : tlbs.total();
      boolean exercised =
          total != null
              && total.hits(TlbStats.DATA, 1) > 0
              && total.entriesForgotten() > 0
              && total.shootdowns() > 0;
      String end = run.finish();
      return end != null || steps.size() < 100 || exercised ? end : "the TLBs were idle";
    } catch (IOException | RuntimeException e) {
      return e.toString();
    }
  }
}
