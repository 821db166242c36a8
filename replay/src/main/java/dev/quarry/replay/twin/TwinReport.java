package dev.quarry.replay.twin;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.MachineSpec;
import dev.quarry.physical.Gfp;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * What a twin says: answers, fragmentation by zone, and what its files do not tell.
 *
 * @param spec the machine
 * @param answers by the order in which they were asked
 * @param zones fragmentation
 * @param compacted the one question again, asked after compaction; empty where there are several,
 *     or one for single pages, or nothing is known of movable pages
 * @param notes what the files do not tell
 */
public record TwinReport(
    MachineSpec spec,
    List<Answer> answers,
    List<Fragmentation> zones,
    List<CompactedFirst> compacted,
    List<String> notes) {
  private static final long MOST_DESCRIPTORS = 1L << 25;

  /** The kinds of request that the table of all orders has: atomic, kernel, and user pages. */
  public static final Map<String, Integer> USUAL = usual();

  public TwinReport {
    answers = List.copyOf(answers);
    zones = List.copyOf(zones);
    compacted = List.copyOf(compacted);
    notes = List.copyOf(notes);
  }

  private static Map<String, Integer> usual() {
    Map<String, Integer> usual = new LinkedHashMap<>();
    usual.put("GFP_ATOMIC", Gfp.GFP_ATOMIC);
    usual.put("GFP_KERNEL", Gfp.GFP_KERNEL);
    usual.put("GFP_HIGHUSER_MOVABLE", Gfp.GFP_HIGHUSER_MOVABLE);
    return usual;
  }

  /** One question; the machine is in the state of the files. */
  public static TwinReport of(Twin twin, Question question) {
    boolean single = question.order() == 0;
    return of(twin, List.of(question), single ? List.of() : CompactedFirst.ask(twin, question));
  }

  /**
   * Every order with each of the usual kinds of request. Each question finds the machine in the
   * state of the files: giving the blocks back would not restore it, for they would join and lie on
   * other lists.
   *
   * @param cpu the CPU that asks
   * @param node whose zonelist is used
   */
  public static TwinReport allOrders(Twin twin, int cpu, int node, long most) {
    List<Question> questions = new ArrayList<>();
    for (int order = 0; order <= twin.spec().maxOrder(); order++) {
      for (int gfp : USUAL.values()) {
        questions.add(new Question(order, gfp, cpu, node, most));
      }
    }
    return of(twin, questions, List.of());
  }

  private static TwinReport of(
      Twin twin, List<Question> questions, List<CompactedFirst> compacted) {
    List<Answer> answers = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(atOnce(twin))) {
      List<Future<Answer>> asked =
          questions.stream().map(q -> threads.submit(() -> ask(twin, q))).toList();
      for (Future<Answer> answer : asked) {
        answers.add(answer.get());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted while a question was asked");
    } catch (ExecutionException e) {
      throw new CompletionException(e.getCause());
    }
    List<Fragmentation> zones = Fragmentation.of(twin.snapshot());
    return new TwinReport(twin.spec(), answers, zones, compacted, twin.notes());
  }

  private static Answer ask(Twin twin, Question question) {
    try (Machine machine = twin.boot()) {
      return question.ask(machine);
    }
  }

  /** How many machines there may be at once: their descriptors are to fit into some memory. */
  private static int atOnce(Twin twin) {
    long fit = MOST_DESCRIPTORS / twin.spec().endPfn();
    return Math.clamp(fit, 1, Runtime.getRuntime().availableProcessors());
  }
}
