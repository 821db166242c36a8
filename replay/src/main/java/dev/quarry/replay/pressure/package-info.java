/**
 * What it costs that a machine has too little memory, for all that is played through processes.
 *
 * <p>Terms: a <b>refault</b> is a page that went and came back; a <b>stall</b> is virtual time that
 * a process waited for storage.
 *
 * <pre>
 *   {@link dev.quarry.replay.pressure.PressureSettings} ─► machine with swap ─► played ─► {@link dev.quarry.replay.pressure.PressureLog}: counters over time
 *                                                                     ├─► PressureText
 *                                                                     └─► PressureJson
 * </pre>
 *
 * <p>Equation: stall == major faults * price of a read + pages that were reclaimed directly and
 * written * price of a write. What the background reclaimer writes, nobody waits for.
 */
@NullMarked
package dev.quarry.replay.pressure;

import org.jspecify.annotations.NullMarked;
