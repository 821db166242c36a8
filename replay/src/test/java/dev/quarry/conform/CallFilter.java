package dev.quarry.conform;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * A filter of system calls (seccomp) for the calling thread and the processes that it starts, as
 * containers have them: one call ends in EPERM.
 */
final class CallFilter {
  private static final int PR_SET_SECCOMP = 22;
  private static final int PR_SET_NO_NEW_PRIVS = 38;
  private static final long FILTER = 2;

  private static final int LOAD_WORD = 0x20;
  private static final int JUMP_IF_EQUAL = 0x15;
  private static final int RETURN = 6;
  private static final int ALLOW = 0x7fff_0000;
  private static final int FAIL_WITH_EPERM = 0x0005_0001;

  private CallFilter() {}

  /** Refuses a call from now on; returns whether the kernel has such filters. */
  static boolean refuse(int number) throws Throwable {
    Linker linker = Linker.nativeLinker();
    MethodHandle prctl =
        linker.downcallHandle(
            linker.defaultLookup().find("prctl").orElseThrow(),
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG),
            Linker.Option.firstVariadicArg(1));
    try (Arena arena = Arena.ofConfined()) {
      int[][] program = {
        {LOAD_WORD, 0, 0, 0},
        {JUMP_IF_EQUAL, 1, 0, number},
        {RETURN, 0, 0, ALLOW},
        {RETURN, 0, 0, FAIL_WITH_EPERM}
      };
      MemorySegment filter = arena.allocate(8L * program.length, 8);
      for (int i = 0; i < program.length; i++) {
        filter.set(ValueLayout.JAVA_SHORT, 8L * i, (short) program[i][0]);
        filter.set(ValueLayout.JAVA_BYTE, 8L * i + 2, (byte) program[i][1]);
        filter.set(ValueLayout.JAVA_BYTE, 8L * i + 3, (byte) program[i][2]);
        filter.set(ValueLayout.JAVA_INT, 8L * i + 4, program[i][3]);
      }
      MemorySegment header = arena.allocate(16, 8);
      header.set(ValueLayout.JAVA_SHORT, 0, (short) program.length);
      header.set(ValueLayout.JAVA_LONG, 8, filter.address());
      int privileges = (int) prctl.invokeExact(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L);
      int set = (int) prctl.invokeExact(PR_SET_SECCOMP, FILTER, header.address(), 0L, 0L);
      return privileges == 0 && set == 0;
    }
  }
}
