package dev.quarry.replay.record;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * The rings of all CPUs while a command runs, each with a reader. Where no ring came to be half
 * full, the kernel merges them at the end; else each CPU's text is a file of its own.
 */
final class Rings {
  private final TraceInstance instance;
  private final Path folder;
  private final CountDownLatch end = new CountDownLatch(1);
  private final List<RingReader> readers = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();

  private Rings(TraceInstance instance, Path folder) {
    this.instance = instance;
    this.folder = folder;
  }

  /** Begins to look after the rings; text goes to files in a folder. */
  static Rings watch(TraceInstance instance, int ringKib, Path folder) throws IOException {
    Rings rings = new Rings(instance, folder);
    for (int cpu : instance.cpus()) {
      Path target = folder.resolve("cpu" + cpu + ".text");
      RingReader reader = new RingReader(instance, cpu, (long) ringKib << 10, target, rings.end);
      rings.readers.add(reader);
      rings.threads.add(Thread.ofPlatform().daemon().name("ring-" + cpu).start(reader));
    }
    return rings;
  }

  /** Stops the readers, whatever they found; the rings were switched off. */
  void stop() {
    end.countDown();
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Stops the readers and takes the rest; gives the files, each in the order of its times. */
  List<Path> finish() throws IOException {
    stop();
    List<Path> texts = new ArrayList<>();
    for (RingReader reader : readers) {
      reader.requireNoFailure();
      if (reader.used()) {
        texts.add(reader.target());
      }
    }
    Path rest = folder.resolve("rest.text");
    RingReader.readAll(instance, rest);
    texts.add(rest);
    return texts;
  }

  /** How many events found no room, on all CPUs. */
  long lost() throws IOException {
    long lost = 0;
    for (int cpu : instance.cpus()) {
      lost += instance.stats(cpu).lost();
    }
    return lost;
  }
}
