package dev.quarry.replay.convert;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;

/** Random files of events in canonical text, with a temper that each seed chooses. */
final class RandomEvents {
  private static final String[] MARKS = {"A", "A!", "F", "B", "Z", "D", "X"};
  private static final String[] FLAGS = {
    "GFP_KERNEL", "GFP_ATOMIC", "GFP_HIGHUSER_MOVABLE|__GFP_ZERO"
  };

  private final SplittableRandom random;
  private final StringBuilder text = new StringBuilder();
  private final Map<String, Integer> last = new HashMap<>();
  private final int cpus;
  private final int threads;
  private final int frames;
  private final int jump;
  private int gfps;

  private RandomEvents(long seed) {
    random = new SplittableRandom(seed);
    cpus = 1 << random.nextInt(1, 9);
    threads = 1 << random.nextInt(0, 12);
    frames = 1 << random.nextInt(14, 31);
    jump = 1 << random.nextInt(1, 20);
  }

  /** The text of so many lines. */
  static String text(long seed, int lines) {
    RandomEvents events = new RandomEvents(seed);
    events.text.append("#t0 ").append(events.random.nextInt(100_000)).append(".000123\n");
    events.gfp();
    for (int i = 0; i < lines; i++) {
      events.line();
    }
    return events.text.toString();
  }

  private void gfp() {
    String flags = FLAGS[random.nextInt(FLAGS.length)];
    text.append("#gfp ").append(gfps++).append(' ').append(flags).append('\n');
  }

  private void line() {
    int choice = random.nextInt(1000);
    if (choice < 5) {
      text.append("#comm ").append(random.nextInt(threads)).append(" a b:[c]\u00e9\n");
    } else if (choice == 6 && gfps < 100) {
      gfp();
    } else if (choice == 7) {
      text.append(random.nextBoolean() ? "\n" : "# nothing\n");
    } else {
      event(MARKS[random.nextInt(MARKS.length)]);
    }
  }

  private void event(String mark) {
    int cpu = random.nextInt(cpus);
    long step = random.nextInt(50) == 0 ? random.nextLong(1_000_000_000_000L) : random.nextInt(300);
    text.append(mark).append(' ').append(step).append(' ').append(cpu);
    text.append(' ').append(random.nextInt(threads));
    int order = random.nextInt(11);
    if (!mark.equals("A!")) {
      text.append(' ').append(delta(mark + cpu));
    }
    if (!mark.equals("B")) {
      text.append(' ').append(order);
    }
    switch (mark) {
      case "A", "A!" -> fields(random.nextInt(5), random.nextInt(gfps));
      case "Z" -> fields(random.nextInt(5), random.nextInt(2));
      case "D" -> fields(random.nextInt(5));
      case "X" ->
          fields(random.nextInt(11), random.nextInt(5), random.nextInt(5), random.nextInt(2));
      default -> {}
    }
    text.append('\n');
  }

  /** Often near the one before, seldom anywhere. */
  private int delta(String slot) {
    int old = last.getOrDefault(slot, 0);
    int pfn = random.nextInt(4) == 0 ? random.nextInt(frames) : old + random.nextInt(-jump, jump);
    pfn = Math.clamp(pfn, 0, frames - 2048);
    last.put(slot, pfn);
    return pfn - old;
  }

  private void fields(int... values) {
    for (int value : values) {
      text.append(' ').append(value);
    }
  }
}
