package dev.quarry.explain.log;

import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The request that a report is about, as its first lines name it.
 *
 * @param order log2 of the pages asked for; -1 where the log says -1 (SysRq-f); empty where no
 *     pages were asked for
 * @param mask the GFP mask in the bits of the log's kernel
 * @param maskNames the names that the log has in brackets, such as {@code GFP_NOFS|__GFP_COMP}
 * @param nodemask as printed, {@code (null)} where any node will do; null where not printed
 * @param cpuset the task's cpuset, as printed
 * @param memsAllowed nodes that the cpuset allows, as printed, such as {@code 0-1}
 * @param comm the name of the task that asked; null where not printed
 * @param pid of that task; {@link #NO_PID} where not printed
 * @param stalledMillis for how long the request had waited, for a stall
 * @param vmallocBytes the size that vmalloc was asked for
 * @param detail what else the first line says, such as {@code vm_struct allocation failed}
 */
public record LoggedRequest(
    OptionalInt order,
    OptionalLong mask,
    @Nullable String maskNames,
    @Nullable String nodemask,
    @Nullable String cpuset,
    @Nullable String memsAllowed,
    @Nullable String comm,
    int pid,
    OptionalLong stalledMillis,
    OptionalLong vmallocBytes,
    @Nullable String detail) {
  /** The pid of a report that names none. */
  public static final int NO_PID = -1;
}
