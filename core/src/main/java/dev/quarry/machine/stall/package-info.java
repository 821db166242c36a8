/**
 * Pressure stall information, PSI: how long tasks could not work because they waited for memory or
 * for a disk (kernel/sched/psi.c, 6.18).
 *
 * <pre>
 *   task enters a stall ─► {@link dev.quarry.machine.stall.Stalls} ─► its group ─► ... ─► the system
 *                                                      each a {@link dev.quarry.machine.stall.PsiGroup}
 *   /proc/pressure/memory   some avg10=1.25 avg60=0.31 avg300=0.06 total=40000
 *                           full avg10=1.25 avg60=0.31 avg300=0.06 total=40000
 * </pre>
 *
 * <p>Some: at least one task is stalled. Full: none works meanwhile. {@code total} is in
 * microseconds, the averages are percent over 10, 60 and 300 seconds.
 *
 * <p>Equation: full &lt;= some &lt;= time since boot, for each resource.
 *
 * <p>Read next: {@link dev.quarry.machine.stall.Stalls}, then {@link
 * dev.quarry.machine.stall.PsiGroup}.
 */
package dev.quarry.machine.stall;
