package dev.quarry.virtual.space;

import dev.quarry.machine.HugePageSpec;
import dev.quarry.machine.HugePageSpec.Defrag;
import dev.quarry.machine.HugePageSpec.Enabled;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The files of {@code /sys/kernel/mm/transparent_hugepage}: {@code transparent_hugepage_flags} and
 * the settings of khugepaged (mm/huge_memory.c, mm/khugepaged.c, 6.18). They may be changed while
 * the machine runs.
 */
public final class HugePageSettings {
  /** log2 of the frames of a huge page. */
  public static final int ORDER = 9;

  /** Frames of a huge page: HPAGE_PMD_NR. */
  public static final int FRAMES = 1 << ORDER;

  /** Bytes of a huge page. */
  public static final long BYTES = FRAMES * MmStruct.PAGE_SIZE;

  private static final int SCANNED = 8 * FRAMES;
  private static final long UINT_MAX = 0xFFFF_FFFFL;

  private final Map<String, SysFile> files = new LinkedHashMap<>();
  private Enabled enabled;
  private Defrag defrag;
  private boolean useZeroPage = true;
  private boolean khugepagedDefrag = true;
  private long maxPtesNone = FRAMES - 1;
  private long maxPtesSwap = FRAMES / 8;
  private long maxPtesShared = FRAMES / 2;
  private long pagesToScan = SCANNED;
  private volatile long scanSleepMillis = 10_000;
  private volatile long allocSleepMillis = 60_000;
  private long pagesCollapsed;
  private long fullScans;

  /** A file: what it shows, and what is done with a word that is written; null: it is not. */
  private record SysFile(Supplier<String> show, @Nullable Consumer<String> store) {}

  /** The settings that a machine boots with. */
  public HugePageSettings(HugePageSpec spec) {
    this.enabled = spec.enabled();
    this.defrag = spec.defrag();
    List<String> modes = Arrays.stream(Enabled.values()).map(Enabled::label).toList();
    List<String> efforts = Arrays.stream(Defrag.values()).map(Defrag::label).toList();
    files.put(
        "enabled",
        new SysFile(
            () -> HugePageSpec.choice(modes, enabled.label()),
            word -> {
              enabled =
                  HugePageSpec.enabled(word).orElseThrow(() -> notOne("enabled", modes, word));
            }));
    files.put(
        "defrag",
        new SysFile(
            () -> HugePageSpec.choice(efforts, defrag.label()),
            word -> {
              defrag = HugePageSpec.defrag(word).orElseThrow(() -> notOne("defrag", efforts, word));
            }));
    number("use_zero_page", 0, 1, () -> useZeroPage ? 1 : 0, value -> useZeroPage = value != 0);
    files.put("hpage_pmd_size", new SysFile(() -> BYTES + "\n", null));
    khugepaged();
  }

  private void khugepaged() {
    String folder = "khugepaged/";
    number(folder + "defrag", 0, 1, () -> khugepagedDefrag ? 1 : 0, v -> khugepagedDefrag = v != 0);
    number(folder + "max_ptes_none", 0, FRAMES - 1, () -> maxPtesNone, v -> maxPtesNone = v);
    number(folder + "max_ptes_swap", 0, FRAMES - 1, () -> maxPtesSwap, v -> maxPtesSwap = v);
    number(folder + "max_ptes_shared", 0, FRAMES - 1, () -> maxPtesShared, v -> maxPtesShared = v);
    number(folder + "pages_to_scan", 1, UINT_MAX, () -> pagesToScan, v -> pagesToScan = v);
    number(
        folder + "scan_sleep_millisecs",
        0,
        UINT_MAX,
        () -> scanSleepMillis,
        v -> scanSleepMillis = v);
    number(
        folder + "alloc_sleep_millisecs",
        0,
        UINT_MAX,
        () -> allocSleepMillis,
        v -> allocSleepMillis = v);
    files.put(folder + "pages_collapsed", new SysFile(() -> pagesCollapsed + "\n", null));
    files.put(folder + "full_scans", new SysFile(() -> fullScans + "\n", null));
  }

  /** What sets a number. */
  @FunctionalInterface
  private interface LongSink {
    void set(long value);
  }

  private void number(
      String name, long least, long most, Supplier<? extends Number> show, LongSink store) {
    files.put(
        name,
        new SysFile(
            () -> show.get() + "\n",
            word -> {
              long value;
              try {
                value = Long.parseLong(word);
              } catch (NumberFormatException e) {
                throw new IllegalArgumentException(name + " is a number, not \"" + word + "\"", e);
              }
              if (value < least || value > most) {
                throw new IllegalArgumentException(
                    name + " " + value + " is not in " + least + " to " + most);
              }
              store.set(value);
            }));
  }

  private static IllegalArgumentException notOne(String name, List<String> words, String word) {
    return new IllegalArgumentException(
        name + " is one of " + String.join(", ", words) + ", not \"" + word + "\"");
  }

  /** The files by name, below the folder. */
  public List<String> names() {
    return List.copyOf(files.keySet());
  }

  /** Whether a file is only shown. */
  public boolean isReadOnly(String name) {
    return file(name).store() == null;
  }

  /** What a file shows. */
  public String read(String name) {
    return file(name).show().get();
  }

  /**
   * Stores a word in a file.
   *
   * @throws IllegalArgumentException if the file takes no such word
   */
  public void write(String name, String text) {
    String word = text.strip();
    Consumer<String> store = file(name).store();
    if (store == null) {
      throw new IllegalArgumentException(
          "the file can only be read, \"" + word + "\" is not stored");
    }
    store.accept(word);
  }

  private SysFile file(String name) {
    SysFile file = files.get(name);
    if (file == null) {
      throw new IllegalArgumentException("there is no setting \"" + name + "\" of huge pages");
    }
    return file;
  }

  /** Who gets huge pages. */
  public Enabled enabled() {
    return enabled;
  }

  /** How much is done to have one at once. */
  public Defrag defrag() {
    return defrag;
  }

  /** Whether reads of memory that was never written get the huge page of zeros. */
  public boolean useZeroPage() {
    return useZeroPage;
  }

  /** Whether khugepaged reclaims and compacts. */
  public boolean khugepagedDefrag() {
    return khugepagedDefrag;
  }

  /** Up to how many pages may be missing where khugepaged makes a huge page. */
  public long maxPtesNone() {
    return maxPtesNone;
  }

  /** Up to how many may be in swap. */
  public long maxPtesSwap() {
    return maxPtesSwap;
  }

  /** Up to how many may be shared with other processes. */
  public long maxPtesShared() {
    return maxPtesShared;
  }

  /** How long khugepaged sleeps between two scans. */
  public long scanSleepMillis() {
    return scanSleepMillis;
  }

  /** How long it sleeps after it could not have a huge page. */
  public long allocSleepMillis() {
    return allocSleepMillis;
  }

  /** How many pages khugepaged looks at in a step. */
  public long pagesToScan() {
    return pagesToScan;
  }

  /** khugepaged has made a huge page. */
  public void countCollapsed() {
    pagesCollapsed++;
  }

  /** khugepaged has looked at all address spaces. */
  public void countFullScan() {
    fullScans++;
  }
}
