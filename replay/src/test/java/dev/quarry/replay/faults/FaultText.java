package dev.quarry.replay.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Writes recordings of faults for tests; each event is a microsecond later than the one before. */
final class FaultText {
  private final StringBuilder faults = new StringBuilder("#t0 1.000000\n");
  private final StringBuilder others = new StringBuilder("#t0 1.000000\n");
  private long now;
  private long lastFault;
  private long lastOther;

  private FaultText fault(char who, int tid, long address, String ip, int code) {
    now++;
    faults.append(
        String.format(
            Locale.ROOT, "%c %d 0 %d %x %s %x%n", who, now - lastFault, tid, address, ip, code));
    lastFault = now;
    return this;
  }

  /** A read of the task itself, where nothing was mapped. */
  FaultText read(int tid, long address) {
    return fault('u', tid, address, "0", 4);
  }

  FaultText write(int tid, long address) {
    return fault('u', tid, address, "0", 6);
  }

  /** A write to what is mapped, but may not be written. */
  FaultText writeProtected(int tid, long address) {
    return fault('u', tid, address, "0", 7);
  }

  FaultText execute(int tid, long address) {
    return fault('u', tid, address, Long.toHexString(address), 0x14);
  }

  FaultText byKernel(int tid, long address, String function, int code) {
    return fault('k', tid, address, function, code);
  }

  FaultText other(int tid, String text) {
    now++;
    others.append(now - lastOther).append(" 0 ").append(tid).append(' ').append(text).append('\n');
    lastOther = now;
    return this;
  }

  FaultText call(int tid, String name, String arguments, long result) {
    other(tid, "sys_enter_" + name + " " + arguments);
    return other(tid, "sys_exit_" + name + " 0x" + Long.toHexString(result));
  }

  FaultText mmap(int tid, long at, long bytes, int prot, int flags, int fd) {
    String text =
        String.format(
            Locale.ROOT,
            "addr: 0x%x, len: 0x%x, prot: %d, flags: 0x%x, fd: 0x%x, off: 0",
            at,
            bytes,
            prot,
            flags,
            fd);
    return call(tid, "mmap", text, at);
  }

  FaultText fork(int tid, String call, String arguments, int child) {
    other(tid, "sys_enter_" + call + " " + arguments);
    other(tid, "sched_process_fork comm=a pid=7 b pid=" + tid + " child_comm=c child_pid=" + child);
    return other(tid, "sys_exit_" + call + " 0x" + Integer.toHexString(child));
  }

  FaultText exec(int tid, String path) {
    other(tid, "sys_enter_execve filename: 0x1, argv: 0x2, envp: 0x3");
    other(tid, "sched_process_exec filename=" + path + " pid=" + tid + " old_pid=" + tid);
    return other(tid, "sys_exit_execve 0x0");
  }

  FaultText counted(int tid, int space, String counter, long pages) {
    String own = "rss_stat mm_id=" + space + " curr=1 type=" + counter;
    return other(tid, own + " size=" + pages * 4096 + "B");
  }

  FaultText exit(int tid, boolean last) {
    return other(tid, "sched_process_exit comm=a pid=" + tid + " prio=120 group_dead=" + last);
  }

  /** Writes the two files. */
  Path in(Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("ev.F.txt"), faults);
    Files.writeString(folder.resolve("ev.O.txt"), others);
    return folder;
  }
}
