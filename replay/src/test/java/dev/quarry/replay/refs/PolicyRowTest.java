package dev.quarry.replay.refs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.machine.LruSpec;
import dev.quarry.replay.html.RefReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Real policies on random traces, beside what a list, the optimum and CLOCK miss. */
class PolicyRowTest {
  private static final int TOUCHES = 6_000;

  private static final class Trace {
    final Optimum optimum = new Optimum();
    final StackDistances distances = new StackDistances();
    final List<Long> pages = new ArrayList<>();

    Trace(long seed, int pageCount) {
      Random random = new Random(seed);
      for (int i = 0; i < TOUCHES; i++) {
        boolean hot = random.nextInt(4) > 0;
        long page = hot ? random.nextInt(pageCount / 8) : random.nextInt(pageCount);
        pages.add(1000 + page);
        optimum.touch(1000 + page, false);
        distances.touch(1000 + page, 1);
      }
    }

    /** Misses of a list that keeps what was used last. */
    long lru(int frames) {
      List<Long> list = new ArrayList<>();
      long misses = 0;
      for (long page : pages) {
        if (!list.remove((Long) page)) {
          misses++;
        }
        list.addFirst(page);
        if (list.size() > frames) {
          list.removeLast();
        }
      }
      return misses;
    }
  }

  @Test
  void nothingMissesLessThanTheOptimum() {
    for (long seed = 1; seed <= 3; seed++) {
      Trace trace = new Trace(seed, 400);
      List<PolicyRow> rows = PolicyRow.all(trace.optimum, trace.distances.curve());
      assertThat(rows).hasSize(6).isEqualTo(PolicyRow.all(trace.optimum, trace.distances.curve()));
      for (PolicyRow row : rows) {
        String where = "seed " + seed + ", " + row;
        assertThat(row.lru()).as(where).isEqualTo(trace.lru(row.memory()));
        assertThat(row.optimum()).as(where).isEqualTo(trace.optimum.optimum(row.memory()));
        assertThat(row.misses()).as(where).isGreaterThanOrEqualTo(row.optimum());
        assertThat(row.clock()).as(where).isGreaterThanOrEqualTo(row.optimum());
        assertThat(row.lru()).as(where).isGreaterThanOrEqualTo(row.optimum());
        // A policy that took at random would miss about as often as that; these must know better.
        assertThat(row.misses()).as(where).isLessThan(2 * row.lru());
        assertThat(row.memory()).as(where).isLessThanOrEqualTo(trace.optimum.pages());
      }
    }
  }

  @Test
  void withRoomForAllOnlyFirstTouchesMiss() {
    Trace trace = new Trace(9, 300);
    for (LruSpec.Policy policy : LruSpec.Policy.values()) {
      PolicyPlayer.Outcome outcome = PolicyPlayer.play(trace.optimum, policy, 2 * 300);
      assertThat(outcome.misses()).isEqualTo(trace.optimum.pages());
      assertThat(outcome.memory()).isGreaterThanOrEqualTo(trace.optimum.pages());
    }
  }

  @Test
  void tableJsonAndPageHaveTheRows() {
    Trace trace = new Trace(2, 200);
    MissRatioCurve curve = trace.distances.curve();
    List<PolicyRow> rows = PolicyRow.all(trace.optimum, curve);
    RefProblems none = RefFiles.read("L 1000 8\n").problems();
    PolicyRow last = rows.getLast();
    String table = PolicyTable.of("t", trace.optimum, rows);
    assertThat(table).contains("| 3/4      | classic ", "| 1/4      | mglru ");
    assertThat(RefJson.of("t", curve, rows, none))
        .contains("\"lru_misses\" : " + last.lru(), "\"misses\" : " + last.misses());
    assertThat(RefReport.of("t", curve, rows, none))
        .contains(
            "\"policy\":\"mglru\",\"memory\":" + last.memory() + ",\"misses\":" + last.misses())
        .doesNotContain("@@");
  }
}
