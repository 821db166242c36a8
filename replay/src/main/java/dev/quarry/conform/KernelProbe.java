package dev.quarry.conform;

import dev.quarry.virtual.space.Errno;
import java.util.EnumMap;
import java.util.Map;
import java.util.StringJoiner;

/**
 * Whether the kernel is asked at all: filters of system calls, as containers have them, answer in
 * its place. Each call is made with arguments that no kernel takes, so that nothing happens.
 */
final class KernelProbe {
  private static final int PRCTL = 157;
  private static final int PR_GET_THP_DISABLE = 42;
  private static final long[] NONSENSE = {-1, -1, -1, -1, -1, -1};
  private static final long[] NOTHING = {0, 0, 0, 0, 0, 0};

  private KernelProbe() {}

  /**
   * Makes the calls, once, before limits and capabilities are given up.
   *
   * @throws ConformException if some are refused
   */
  static void check(Batch batch) {
    Map<Call, Long> results = new EnumMap<>(Call.class);
    for (Call call : Call.values()) {
      if (call.isProbed()) {
        long[] arguments = call == Call.BRK ? NOTHING : NONSENSE;
        results.put(call, batch.call(0, call.number(), arguments));
      }
    }
    long prctl = batch.call(0, PRCTL, PR_GET_THP_DISABLE, 0, 0, 0, 0);
    batch.run();
    StringJoiner refused = new StringJoiner(", ");
    results.forEach((call, record) -> note(refused, call.spelled(), batch.result(record)));
    note(refused, "prctl", batch.result(prctl));
    if (refused.length() > 0) {
      throw new ConformException(
          "system calls do not reach the kernel here (a container's filter?): " + refused);
    }
  }

  private static void note(StringJoiner refused, String name, long result) {
    if (result == -Errno.EPERM || result == -ENOSYS) {
      refused.add(name + " " + (result == -ENOSYS ? "ENOSYS" : Errno.text(result)));
    }
  }

  private static final int ENOSYS = 38;
}
