package dev.quarry.observe;

import dev.quarry.machine.stall.Resource;
import dev.quarry.physical.Node;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.slab.SlabAllocator;
import dev.quarry.virtual.KernelSpace;
import dev.quarry.virtual.space.MmStruct;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The files of {@code /proc} and {@code /sys} that a machine has, by path. Each is computed when it
 * is read and shows the machine as it is then.
 */
public final class ProcFs {
  private static final String NODES = "/sys/devices/system/node/";
  private static final String SLAB_INFO = "/proc/slabinfo";
  private static final Map<String, Function<ProcSources, String>> TEXTS = new LinkedHashMap<>();
  private static final Map<String, BiConsumer<ProcSources, String>> WRITERS = new LinkedHashMap<>();
  private static final Map<String, Function<PhysicalMemory, PageWords.Word>> WORDS =
      new LinkedHashMap<>();

  static {
    TEXTS.put("/proc/buddyinfo", s -> BuddyInfo.text(s.memory()));
    TEXTS.put("/proc/pagetypeinfo", s -> PageTypeInfo.text(s.memory()));
    TEXTS.put("/proc/zoneinfo", s -> ZoneInfo.text(s.memory()));
    TEXTS.put("/proc/vmstat", s -> VmStat.text(s.memory()));
    TEXTS.put("/proc/meminfo", MemInfo::text);
    TEXTS.put(SLAB_INFO, s -> SlabInfo.text(s.slab()));
    TEXTS.put("/proc/vmallocinfo", s -> VmallocInfo.text(s.space()));
    TEXTS.put("/proc/iomem", s -> IoMem.text(s.memory()));
    TEXTS.put("/proc/stat", s -> CpuStat.text(s.memory()));
    TEXTS.put("/proc/pressure/io", s -> s.memory().stalls().system().text(Resource.IO));
    TEXTS.put("/proc/pressure/memory", s -> s.memory().stalls().system().text(Resource.MEMORY));
    TEXTS.put(LruGenFile.PATH, s -> LruGenFile.text(s.memory(), s.reclaim()));
    TEXTS.put("/proc/swaps", s -> Swaps.text(s.memory(), s.reclaim()));
    TEXTS.putAll(SysVm.texts());
    NodeStates.all().forEach((name, text) -> TEXTS.put(NODES + name, s -> text.apply(s.memory())));
    WRITERS.put(SLAB_INFO, ProcFs::writeSlabInfo);
    WRITERS.put(LruGenFile.PATH, (s, text) -> LruGenFile.write(s.reclaim(), text));
    WRITERS.putAll(SysVm.writers());
    HugePageFiles.writablePaths()
        .forEach(path -> WRITERS.put(path, (s, text) -> HugePageFiles.write(s, path, text)));
    WORDS.put("/proc/kpageflags", KPageFlags::new);
    WORDS.put("/proc/kpagecount", KPageCount::new);
  }

  private static final Pattern OF_PROCESS = Pattern.compile("/proc/(\\d{1,9})/(\\w+)");

  private final ProcSources sources;
  private final Map<String, Function<ProcSources, String>> texts = new LinkedHashMap<>(TEXTS);

  /** The files of a machine with this memory. */
  public ProcFs(PhysicalMemory memory) {
    this(memory, null, null);
  }

  /**
   * The files of a machine.
   *
   * @param space the kernel's half of the address range, or null if it was not built yet
   * @param slab the object allocator, or null if it was not made yet
   */
  public ProcFs(PhysicalMemory memory, @Nullable KernelSpace space, @Nullable SlabAllocator slab) {
    this(ProcSources.of(memory, space, slab));
  }

  /** The files of a machine of which all that there is so far is given. */
  public ProcFs(ProcSources sources) {
    this.sources = sources;
    if (HugePageFiles.areThere(sources.memory())) {
      HugePageFiles.paths()
          .forEach(path -> texts.put(path, s -> HugePageFiles.read(s.hugePages(), path)));
    }
    for (Node node : sources.memory().nodes()) {
      String folder = NODES + "node" + node.id() + "/";
      NodeFiles.all()
          .forEach((name, file) -> texts.put(folder + name, s -> file.apply(s.memory(), node)));
    }
  }

  /**
   * The paths that machines have, those of node 0 included, and those of huge pages, which a
   * machine with two levels of tables has not.
   */
  public static List<String> paths() {
    List<String> paths = new ArrayList<>(TEXTS.keySet());
    paths.addAll(HugePageFiles.paths());
    NodeFiles.all().keySet().forEach(name -> paths.add(NODES + "node0/" + name));
    paths.addAll(WORDS.keySet());
    return List.copyOf(paths);
  }

  /** The paths of this machine's files that are text. */
  public List<String> textPaths() {
    return List.copyOf(texts.keySet());
  }

  /** The paths of this machine's files that hold a word for each frame. */
  public List<String> wordPaths() {
    return List.copyOf(WORDS.keySet());
  }

  /**
   * A file's text now. The two files that hold a word for each frame are shown as runs of equal
   * words; {@link #words} has their bytes.
   *
   * @return empty if there is no such file
   */
  public Optional<String> read(String path) {
    return Optional.ofNullable(texts.get(path))
        .map(text -> text.apply(sources))
        .or(() -> words(path).map(PageWords::summary))
        .or(() -> ofProcess(path))
        .or(() -> sources.reclaim() == null ? Optional.empty() : groups(path).read(path));
  }

  private GroupFiles groups(String path) {
    return new GroupFiles(sources.memory(), SysVm.running(sources.reclaim(), path));
  }

  private Optional<String> ofProcess(String path) {
    Matcher matcher = OF_PROCESS.matcher(path);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    int pid = Integer.parseInt(matcher.group(1));
    MmStruct mm = sources.processes().apply(pid);
    return mm == null ? Optional.empty() : ProcessFiles.read(pid, mm, matcher.group(2));
  }

  /** Writes a file of a process, if the path is one's. */
  private boolean writesToProcess(String path, String text) {
    Matcher matcher = OF_PROCESS.matcher(path);
    if (!matcher.matches() || !OomFiles.isWritable(matcher.group(2))) {
      return false;
    }
    MmStruct mm = sources.processes().apply(Integer.parseInt(matcher.group(1)));
    if (mm == null) {
      throw new IllegalArgumentException(path + ": there is no process " + matcher.group(1));
    }
    OomFiles.write(mm, path, matcher.group(2), text);
    return true;
  }

  /** Whether a path is that of a file that may be written, one of a process included. */
  public static boolean isWritable(String path) {
    Matcher matcher = OF_PROCESS.matcher(path);
    boolean ofProcess = matcher.matches() && OomFiles.isWritable(matcher.group(2));
    return ofProcess || GroupFiles.isWritable(path) || WRITERS.containsKey(path);
  }

  /** The paths of files that may be written, but for those of processes. */
  public static List<String> writablePaths() {
    return List.copyOf(WRITERS.keySet());
  }

  /**
   * Writes to a file, as {@code echo TEXT > FILE} does.
   *
   * @throws IllegalArgumentException if the file cannot be written, or takes no such text
   */
  public void write(String path, String text) {
    if (writesToProcess(path, text)) {
      return;
    }
    if (GroupFiles.isWritable(path)) {
      groups(path).write(path, text);
      return;
    }
    BiConsumer<ProcSources, String> writer = WRITERS.get(path);
    if (writer == null) {
      throw new IllegalArgumentException(
          path + " cannot be written, only " + String.join(", ", writablePaths()));
    }
    writer.accept(sources, text);
  }

  private static void writeSlabInfo(ProcSources sources, String text) {
    SlabAllocator slab = sources.slab();
    if (slab == null) {
      throw new IllegalArgumentException(SLAB_INFO + ": the machine has no caches yet");
    }
    SlabInfo.write(slab, text);
  }

  /**
   * A file that holds a word for each frame.
   *
   * @return empty if there is no such file
   */
  public Optional<PageWords> words(String path) {
    return Optional.ofNullable(WORDS.get(path))
        .map(word -> new PageWords(sources.memory(), word.apply(sources.memory())));
  }

  /**
   * Writes all files below a folder, as {@code folder/proc/meminfo} and so on, with a script {@code
   * folder/enter} that runs a tool which then sees them in place of the host's: see {@link
   * ProcTree}. The files stay as they were written. {@code kpageflags} and {@code kpagecount} have
   * 8 bytes for each frame, 2 MiB each for a GiB of RAM.
   *
   * @throws IOException if a file cannot be written
   */
  public void writeTree(Path folder) throws IOException {
    writeTree(folder, List.of());
  }

  /**
   * The same with the files of processes, {@code folder/proc/PID/maps} and so on.
   *
   * @throws IOException if a file cannot be written
   */
  public void writeTree(Path folder, List<Integer> pids) throws IOException {
    ProcTree.write(this, folder, pids);
  }
}
