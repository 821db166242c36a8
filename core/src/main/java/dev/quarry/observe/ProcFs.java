package dev.quarry.observe;

import dev.quarry.physical.Node;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.reclaim.Reclaim;
import dev.quarry.slab.SlabAllocator;
import dev.quarry.virtual.KernelSpace;
import dev.quarry.virtual.space.AddressSpaces;
import dev.quarry.virtual.space.Commitment;
import dev.quarry.virtual.space.HugePageSettings;
import dev.quarry.virtual.space.MmStruct;
import dev.quarry.virtual.space.SpaceSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The files of {@code /proc} and {@code /sys} that a machine has, by path. Each is computed when it
 * is read and shows the machine as it is then.
 */
public final class ProcFs {
  private static final String NODES = "/sys/devices/system/node/";
  private static final String SYS_VM = "/proc/sys/vm/";
  private static final String SLAB_INFO = "/proc/slabinfo";
  private static final Map<String, Function<PhysicalMemory, String>> TEXTS = new LinkedHashMap<>();
  private static final Map<String, Function<PhysicalMemory, PageWords.Word>> WORDS =
      new LinkedHashMap<>();

  static {
    TEXTS.put("/proc/buddyinfo", BuddyInfo::text);
    TEXTS.put("/proc/pagetypeinfo", PageTypeInfo::text);
    TEXTS.put("/proc/zoneinfo", ZoneInfo::text);
    TEXTS.put("/proc/vmstat", VmStat::text);
    TEXTS.put("/proc/meminfo", MemInfo::text);
    TEXTS.put(SLAB_INFO, memory -> SlabInfo.text(null));
    TEXTS.put("/proc/vmallocinfo", memory -> VmallocInfo.text(null));
    TEXTS.put("/proc/iomem", IoMem::text);
    TEXTS.put("/proc/stat", CpuStat::text);
    TEXTS.put(LruGenFile.PATH, memory -> LruGenFile.text(memory, null));
    TEXTS.put("/proc/swaps", memory -> Swaps.text(memory, null));
    SysVm.all().forEach((name, text) -> TEXTS.put(SYS_VM + name, text));
    SysVm.ofReclaim(null).forEach((name, text) -> TEXTS.put(SYS_VM + name, text));
    SpaceSysctls.names()
        .forEach(
            name -> TEXTS.put(SYS_VM + name, m -> SpaceSysctls.text(name, new SpaceSettings())));
    NodeStates.all().forEach((name, text) -> TEXTS.put(NODES + name, text));
    WORDS.put("/proc/kpageflags", KPageFlags::new);
    WORDS.put("/proc/kpagecount", KPageCount::new);
  }

  private static final Pattern OF_PROCESS = Pattern.compile("/proc/(\\d{1,9})/(\\w+)");

  private final PhysicalMemory memory;
  private final @Nullable SlabAllocator slab;
  private final @Nullable Reclaim reclaim;
  private final HugePageSettings hugePages;
  private final @Nullable AddressSpaces spaces;
  private final IntFunction<@Nullable MmStruct> processes;
  private final Map<String, Function<PhysicalMemory, String>> texts = new LinkedHashMap<>(TEXTS);

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
    this.memory = sources.memory();
    this.reclaim = sources.reclaim();
    this.slab = sources.slab();
    this.hugePages = sources.hugePages();
    this.spaces = sources.spaces();
    this.processes = sources.processes();
    KernelSpace space = sources.space();
    texts.put(SLAB_INFO, m -> SlabInfo.text(slab));
    texts.put("/proc/vmallocinfo", m -> VmallocInfo.text(space));
    texts.put("/proc/meminfo", m -> MemInfo.text(m, space, commitment(), reclaim));
    texts.put(LruGenFile.PATH, m -> LruGenFile.text(m, reclaim));
    texts.put("/proc/swaps", m -> Swaps.text(m, reclaim));
    SysVm.ofReclaim(reclaim).forEach((name, text) -> texts.put(SYS_VM + name, text));
    for (String name : SpaceSysctls.names()) {
      texts.put(SYS_VM + name, m -> SpaceSysctls.text(name, settings()));
    }
    if (HugePageFiles.areThere(memory)) {
      HugePageFiles.paths()
          .forEach(path -> texts.put(path, m -> HugePageFiles.read(hugePages, path)));
    }
    for (Node node : memory.nodes()) {
      String folder = NODES + "node" + node.id() + "/";
      NodeFiles.all().forEach((name, file) -> texts.put(folder + name, m -> file.apply(m, node)));
    }
  }

  private @Nullable Commitment commitment() {
    return spaces == null ? null : spaces.commitment();
  }

  /** The settings; those of a machine without a process are as they begin. */
  private SpaceSettings settings() {
    return spaces == null ? new SpaceSettings() : spaces.settings();
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
        .map(text -> text.apply(memory))
        .or(() -> words(path).map(PageWords::summary))
        .or(() -> ofProcess(path))
        .or(() -> reclaim == null ? Optional.empty() : groups(reclaim).read(path));
  }

  private GroupFiles groups(Reclaim keeper) {
    return new GroupFiles(memory, keeper);
  }

  private Optional<String> ofProcess(String path) {
    Matcher matcher = OF_PROCESS.matcher(path);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    int pid = Integer.parseInt(matcher.group(1));
    MmStruct mm = processes.apply(pid);
    return mm == null ? Optional.empty() : ProcessFiles.read(pid, mm, matcher.group(2));
  }

  /** Writes a file of a process, if the path is one's. */
  private boolean writesToProcess(String path, String text) {
    Matcher matcher = OF_PROCESS.matcher(path);
    if (!matcher.matches() || !OomFiles.isWritable(matcher.group(2))) {
      return false;
    }
    MmStruct mm = processes.apply(Integer.parseInt(matcher.group(1)));
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
    return ofProcess || GroupFiles.isWritable(path) || writablePaths().contains(path);
  }

  /** The paths of files that may be written, but for those of processes. */
  public static List<String> writablePaths() {
    List<String> paths = new ArrayList<>(List.of(SLAB_INFO, LruGenFile.PATH));
    paths.addAll(WritableVm.paths());
    SpaceSysctls.names().forEach(name -> paths.add(SYS_VM + name));
    paths.addAll(HugePageFiles.writablePaths());
    return List.copyOf(paths);
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
      if (reclaim == null) {
        throw new IllegalArgumentException(path + ": the machine has no processes yet");
      }
      groups(reclaim).write(path, text);
      return;
    }
    if (!writablePaths().contains(path)) {
      throw new IllegalArgumentException(
          path + " cannot be written, only " + String.join(", ", writablePaths()));
    }
    if (WritableVm.paths().contains(path)) {
      WritableVm.write(memory, reclaim, path, text);
      return;
    }
    if (path.startsWith(SYS_VM)) {
      if (spaces == null) {
        throw new IllegalArgumentException(path + ": the machine has no processes yet");
      }
      SpaceSysctls.write(path.substring(SYS_VM.length()), text, spaces.settings());
      return;
    }
    if (path.equals(LruGenFile.PATH)) {
      LruGenFile.write(reclaim, text);
      return;
    }
    if (HugePageFiles.writablePaths().contains(path)) {
      HugePageFiles.write(memory, hugePages, path, text);
      return;
    }
    if (slab == null) {
      throw new IllegalArgumentException(path + ": the machine has no caches yet");
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
        .map(word -> new PageWords(memory, word.apply(memory)));
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
