package dev.quarry.replay.calls;

import dev.quarry.kernel.Process;
import dev.quarry.machine.Cpu;
import dev.quarry.virtual.cache.CachedFile;
import dev.quarry.virtual.fault.FaultLeaf;
import dev.quarry.virtual.space.RssKind;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A process of a recording: what it did, what the model made of it, and what the kernel did. */
public final class PlayedProcess {
  /** No counter of the kernel's was seen. */
  public static final long UNKNOWN = -1;

  private static final int KINDS = RssKind.values().length;

  private final int pid;
  private final Optional<PlayedProcess> parent;
  private Process process;
  private String program;
  private boolean isSpaceKnown;
  private boolean hasEnded;
  private boolean isLive = true;
  int tasks;

  private final Map<Integer, FileInUse> files = new HashMap<>();
  private final EnumMap<FaultLeaf, Long> leaves = new EnumMap<>(FaultLeaf.class);
  private final EnumMap<AreaKind, Long> byArea = new EnumMap<>(AreaKind.class);
  private final EnumMap<AreaKind, Long> actualByArea = new EnumMap<>(AreaKind.class);
  private long actual;
  private long ofKernelMode;
  private long predicted;
  private long unseen;
  private long missedReads;
  private long missedWrites;
  private long byCode;
  private long presenceRight;
  private long calls;
  private long callsDifferent;
  private long placed;
  private long placedRight;
  private long kernelSpace = UNKNOWN;
  private long[] rss = new long[KINDS];
  private long[] kernelRss = new long[KINDS];
  private boolean isRssKnown;
  private long tableBytes;
  private long mappedPages;

  /** A file that was mapped last under a descriptor: what is mapped into it is of the same file. */
  record FileInUse(CachedFile file, long start, long end) {}

  PlayedProcess(
      int pid, Optional<PlayedProcess> parent, boolean isBorn, Process process, String program) {
    this.pid = pid;
    this.parent = parent;
    this.process = process;
    this.program = program;
    this.isSpaceKnown = isBorn && parent.map(PlayedProcess::isSpaceKnown).orElse(false);
  }

  /** Its number in the recording. */
  public int pid() {
    return pid;
  }

  /** Who made it, if that was recorded. */
  public Optional<PlayedProcess> parent() {
    return parent;
  }

  /** The program that it ran last; empty if it ran none in the recording. */
  public String program() {
    return program;
  }

  /** Whether its address space, or that of which it is a copy, was made in the recording. */
  public boolean isSpaceKnown() {
    return isSpaceKnown;
  }

  /** Whether its end was recorded; else it was looked at when the recording ended. */
  public boolean hasEnded() {
    return hasEnded;
  }

  boolean isLive() {
    return isLive;
  }

  /** Faults that the kernel had. */
  public long actualFaults() {
    return actual;
  }

  /** Those of them that the kernel's own accesses had. */
  public long kernelModeFaults() {
    return ofKernelMode;
  }

  /** Faults that the model had. */
  public long predictedFaults() {
    return predicted;
  }

  /** Faults of both in memory of which nothing was known before: no prediction. */
  public long unseenFaults() {
    return unseen;
  }

  /** Faults of the model alone, on code that the kernel was executing. */
  public long faultsByCode() {
    return byCode;
  }

  /** Faults of the kernel alone, reads: the model had the page mapped already. */
  public long missedReads() {
    return missedReads;
  }

  /** Faults of the kernel alone, writes. */
  public long missedWrites() {
    return missedWrites;
  }

  /** Of the faults that both had: in how many both say whether there was an entry. */
  public long presenceRight() {
    return presenceRight;
  }

  /** How often the model came to an end of its decision. */
  public Map<FaultLeaf, Long> leaves() {
    return leaves;
  }

  /** The model's faults by what kind of area they were in. */
  public Map<AreaKind, Long> predictedByArea() {
    return byArea;
  }

  /** The kernel's faults by the same. */
  public Map<AreaKind, Long> actualByArea() {
    return actualByArea;
  }

  /** System calls that were played. */
  public long calls() {
    return calls;
  }

  /** Calls that failed where the kernel's did not, or the other way round. */
  public long callsDifferent() {
    return callsDifferent;
  }

  /** Areas that the kernel chose the address of. */
  public long placed() {
    return placed;
  }

  /** Those of them that the model put at the same address. */
  public long placedRight() {
    return placedRight;
  }

  /** The model's pages of a kind, now or at its end. */
  public long rss(RssKind kind) {
    return isLive ? process.mm().rss(kind) : rss[kind.ordinal()];
  }

  /** The kernel's, now or at its end. */
  public long kernelRss(RssKind kind) {
    return kernelRss[kind.ordinal()];
  }

  /** Whether any counter of the kernel's was seen. */
  public boolean isRssKnown() {
    return isRssKnown;
  }

  /** Bytes of page tables at its end. */
  public long tableBytes() {
    return tableBytes;
  }

  /** Pages in all areas at its end. */
  public long mappedPages() {
    return mappedPages;
  }

  Process process() {
    return process;
  }

  void process(Process other) {
    process = other;
  }

  long kernelSpace() {
    return kernelSpace;
  }

  void kernelSpace(long space) {
    kernelSpace = space;
  }

  void kernelRss(long[] pages) {
    kernelRss = pages;
    isRssKnown = true;
  }

  void started(Cpu cpu, String path) {
    program = path;
    isSpaceKnown = true;
    forgetFiles(cpu);
  }

  /** What was mapped last under a descriptor, if it was. */
  @Nullable FileInUse inUse(int fd) {
    return files.get(fd);
  }

  /** Keeps a file for what is mapped into it later. */
  void use(Cpu cpu, int fd, FileInUse file) {
    file.file().mapped();
    FileInUse before = files.put(fd, file);
    if (before != null) {
      before.file().unmapped(cpu);
    }
  }

  private void forgetFiles(Cpu cpu) {
    files.values().forEach(used -> used.file().unmapped(cpu));
    files.clear();
  }

  void counted(boolean user, AreaKind area) {
    actual++;
    ofKernelMode += user ? 0 : 1;
    actualByArea.merge(area, 1L, Long::sum);
  }

  void predicted(FaultLeaf leaf, AreaKind area) {
    predicted++;
    leaves.merge(leaf, 1L, Long::sum);
    byArea.merge(area, 1L, Long::sum);
  }

  void unseen() {
    unseen++;
  }

  void missed(boolean write) {
    missedReads += write ? 0 : 1;
    missedWrites += write ? 1 : 0;
  }

  void byCode() {
    byCode++;
  }

  void presence(boolean right) {
    presenceRight += right ? 1 : 0;
  }

  void called(boolean same) {
    calls++;
    callsDifferent += same ? 0 : 1;
  }

  void placed(boolean right) {
    placed++;
    placedRight += right ? 1 : 0;
  }

  void tableBytes(long bytes) {
    tableBytes = bytes;
  }

  void ended(Cpu cpu, boolean recorded) {
    forgetFiles(cpu);
    for (RssKind kind : RssKind.values()) {
      rss[kind.ordinal()] = process.mm().rss(kind);
    }
    mappedPages = process.mm().totalVm();
    hasEnded = recorded;
    isLive = false;
  }
}
