package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Registry;
import dev.quarry.cli.lang.Value;
import dev.quarry.kernel.Process;
import dev.quarry.kernel.SystemCalls;
import dev.quarry.machine.Nearest;
import dev.quarry.virtual.fault.RemoteAccess.IoVec;
import dev.quarry.virtual.space.Errno;
import dev.quarry.virtual.space.MapFlags;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** {@code P: syscall}: system calls with the numbers that registers hold, right or wrong. */
final class SyscallCommand {
  /** A call by its numbers. */
  private interface Raw {
    long call(SystemCalls calls, long[] n);
  }

  /** How many numbers a call takes, and the call. */
  private record Taken(int numbers, Raw raw) {}

  private static final Map<String, Taken> CALLS = new TreeMap<>();

  static {
    add("mmap", 6, (calls, n) -> calls.mmap(n[0], n[1], n[2], n[3], n[4], n[5]));
    add("munmap", 2, (calls, n) -> calls.munmap(n[0], n[1]));
    add("mprotect", 3, (calls, n) -> calls.mprotect(n[0], n[1], n[2]));
    add("mremap", 5, (calls, n) -> calls.mremap(n[0], n[1], n[2], n[3], n[4]));
    add("brk", 1, (calls, n) -> calls.brk(n[0]));
    add("madvise", 3, (calls, n) -> calls.madvise(n[0], n[1], n[2]));
    add("msync", 3, (calls, n) -> calls.msync(n[0], n[1], n[2]));
    add("mlock", 2, (calls, n) -> calls.mlock(n[0], n[1]));
    add("mlock2", 3, (calls, n) -> calls.mlock2(n[0], n[1], n[2]));
    add("munlock", 2, (calls, n) -> calls.munlock(n[0], n[1]));
    add("mlockall", 1, (calls, n) -> calls.mlockall(n[0]));
  }

  private static final List<String> REMOTE = List.of("process_vm_readv", "process_vm_writev");

  /** Behind the first number, which names the other process. */
  private static final int REMOTE_NUMBERS = 5;

  private static final int MMAP_FLAGS = 3;
  private static final int MMAP_DESCRIPTOR = 5;

  private SyscallCommand() {}

  private static void add(String name, int numbers, Raw raw) {
    CALLS.put(name, new Taken(numbers, raw));
  }

  static void addTo(Registry registry) {
    registry.add(
        Processing.command(
                "processes: mappings",
                "syscall NAME NUMBER... [cpu=N]",
                "makes a system call with any numbers: flags that do not exist, lengths that wrap",
                "s = spawn\ns: a = mmap 64K\ns: syscall mremap a 4K 4K 5 a+128K",
                SyscallCommand::syscall)
            .withNotes(
                String.join(", ", CALLS.keySet())
                    + ";\nprocess_vm_readv, process_vm_writev: Q LOCAL BYTES REMOTE BYTES"));
  }

  private static Value syscall(Processing it) {
    String name = it.call().literal(0, "a system call's name");
    Taken taken = CALLS.get(name);
    boolean isRemote = REMOTE.contains(name);
    if (taken == null && !isRemote) {
      List<String> all = List.copyOf(CALLS.keySet());
      throw it.call()
          .refuse(
              0,
              "\""
                  + name
                  + "\" is none of "
                  + String.join(", ", all)
                  + ", "
                  + String.join(", ", REMOTE)
                  + Nearest.hint(name, all));
    }
    int count = taken == null ? REMOTE_NUMBERS : taken.numbers();
    it.call().atMost(count + 1);
    FaultWatch watch = FaultWatch.of(it.machine());
    long result;
    if (taken == null) {
      result = remote(it, name);
    } else {
      long[] numbers = numbers(it, count);
      spend(it, name, numbers);
      result = taken.raw().call(it.calls(), numbers);
    }
    if (Errno.isError(result)) {
      return new ErrnoFailure((int) -result, "");
    }
    return new UserArea(result, 0, watch.behind());
  }

  /** Says how many pages a call may work on. */
  private static void spend(Processing it, String name, long[] n) {
    switch (name) {
      case "mmap" -> {
        if ((n[MMAP_FLAGS] & (MapFlags.MAP_POPULATE | MapFlags.MAP_LOCKED)) != 0) {
          it.spend(n[1]);
        }
      }
      case "madvise", "mlock", "mlock2", "msync" -> it.spendOnAreas(n[1]);
      case "mlockall" -> it.spend(it.accessible());
      default -> it.spend(0);
    }
  }

  private static long[] numbers(Processing it, int count) {
    boolean isMmap = it.call().literal(0, "").equals("mmap");
    long[] numbers = new long[count];
    for (int i = 0; i < count; i++) {
      boolean isFile = isMmap && i + 1 == MMAP_DESCRIPTOR;
      numbers[i] = isFile ? descriptor(it, i + 1) : it.bytes(i + 1);
    }
    return numbers;
  }

  /** A file's descriptor or, as it is often -1, a number. */
  private static long descriptor(Processing it, int index) {
    return it.call()
        .read(
            index,
            "a descriptor",
            value -> value instanceof FileValue file ? (long) file.fd() : it.bytes(index));
  }

  private static long remote(Processing it, String name) {
    Process other = it.other(1);
    it.spendOnAreas(it.bytes(3));
    List<IoVec> local = List.of(new IoVec(it.bytes(2), it.bytes(3)));
    List<IoVec> remote = List.of(new IoVec(it.bytes(4), it.bytes(5)));
    return name.equals(REMOTE.getFirst())
        ? it.calls().processVmReadv(other, local, remote)
        : it.calls().processVmWritev(other, local, remote);
  }
}
