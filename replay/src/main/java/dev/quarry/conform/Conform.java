package dev.quarry.conform;

import dev.quarry.conform.ConformResult.FoundDifference;
import dev.quarry.virtual.space.SpaceSettings.Overcommit;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongConsumer;

/**
 * Plays random sequences in Quarry and in the kernel that is running, until enough operations were
 * made or enough differences found.
 */
public final class Conform implements AutoCloseable {
  private static final int SEQUENCE_OPERATIONS = 128;
  private static final int MOST_DIFFERENCES = 10;
  private static final Path SHARED_MEMORY = Path.of("/dev/shm");

  private final Path folder;
  private final Path quarryFile;
  private final KernelSide kernel;
  private final QuarrySide quarry;
  private final Comparison comparison;
  private final Map<String, Long> intended = new TreeMap<>();
  private final List<FoundDifference> differences = new ArrayList<>();
  private final List<String> notAgain = new ArrayList<>();
  private final Set<String> known = new HashSet<>();
  private long operations;
  private long sequences;

  /**
   * Starts both sides.
   *
   * @throws ConformException if the platform has no kernel to compare with
   */
  public Conform() {
    Platform.check();
    long lowest = Platform.number("/proc/sys/vm/mmap_min_addr");
    Overcommit overcommit = Platform.overcommit();
    try {
      folder = Files.createTempDirectory("quarry-conform");
      Path kernelFile = Files.createFile(folder.resolve("kernel"));
      // Quarry's own file is read and written by this process alone: memory will do.
      Path fast = Files.isWritable(SHARED_MEMORY) ? SHARED_MEMORY : folder;
      quarryFile = Files.createTempFile(fast, "quarry-conform", "");
      kernel = new KernelSide(kernelFile, lowest);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    quarry = new QuarrySide(quarryFile, lowest, overcommit);
    comparison = new Comparison(kernel, quarry);
  }

  /**
   * Compares.
   *
   * @param progress is told how many operations were made
   */
  public ConformResult run(ConformOptions options, LongConsumer progress) {
    while (operations < options.operations() && differences.size() < MOST_DIFFERENCES) {
      Sequence drawn = Draw.sequence(options.seed(), sequences, SEQUENCE_OPERATIONS).possible();
      play(new Sequence(comparison.possible(drawn.settings()), drawn.operations()));
      sequences++;
      progress.accept(operations);
    }
    return new ConformResult(
        operations,
        sequences,
        options.seed(),
        Platform.release(),
        List.copyOf(differences),
        Map.copyOf(intended),
        List.copyOf(notAgain));
  }

  private void play(Sequence sequence) {
    Difference difference = comparison.play(sequence);
    if (difference == null) {
      operations += sequence.operations().size();
      return;
    }
    operations += difference.operation() + 1;
    Optional<Intended> reason = Intended.of(difference, sequence);
    if (reason.isPresent()) {
      intended.merge(reason.get().spelled(), 1L, Long::sum);
      return;
    }
    Shrinker.Found found = Shrinker.shrink(comparison, sequence, difference);
    if (found == null) {
      notAgain.add(text(difference, sequence.operations().get(difference.operation())));
    } else {
      add(found);
    }
  }

  private static String text(Difference difference, Op op) {
    return String.format(
        Locale.ROOT,
        "%s after %s: kernel %s, Quarry %s",
        difference.what().name().toLowerCase(Locale.ROOT),
        op.call().spelled(),
        difference.kernel(),
        difference.quarry());
  }

  private void add(Shrinker.Found found) {
    Op last = found.sequence().operations().getLast();
    Difference difference = found.difference();
    String what = difference.what().name().toLowerCase(Locale.ROOT);
    quarry.begin(found.sequence().settings());
    List<Observation> seen = quarry.play(found.sequence().operations());
    String script = ShellScript.of(found.sequence(), seen);
    if (known.add(script)) {
      differences.add(
          new FoundDifference(
              what, last.call().spelled(), difference.kernel(), difference.quarry(), script));
    }
  }

  @Override
  public void close() {
    quarry.close();
    kernel.close();
    try {
      Files.deleteIfExists(quarryFile);
      Files.deleteIfExists(folder.resolve("kernel"));
      Files.deleteIfExists(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
