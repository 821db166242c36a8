package dev.quarry.replay.pressure;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.MachineSpec;
import dev.quarry.machine.MachineSpecReader;
import dev.quarry.machine.Sizes;
import java.util.ArrayList;
import java.util.List;

/**
 * How little memory there is, and what is done about it.
 *
 * @param machine changes to the machine: {@code ram=}, {@code lru=}, {@code swappiness=}
 * @param swapBytes of the swap area; 0: none
 * @param readMicros what a process waits for a read of storage
 * @param writeMicros the same for a write of a page
 */
public record PressureSettings(
    List<String> machine, long swapBytes, int readMicros, int writeMicros) {
  /** Nothing is set. */
  public static final PressureSettings NONE = new PressureSettings(List.of(), 0, 90, 25);

  private static final List<String> OF_MACHINE = List.of("ram", "lru", "swappiness");
  private static final int MOST_MICROS = 1_000_000;

  public PressureSettings {
    machine = List.copyOf(machine);
  }

  /** The keys that {@link #with} takes. */
  public static List<String> keys() {
    List<String> keys = new ArrayList<>(OF_MACHINE);
    keys.addAll(List.of("swap", "storage_read_us", "storage_write_us"));
    return keys;
  }

  /** Whether a key of {@link #keys} says how memory is taken back, not how much there is. */
  public static boolean reclaims(String key) {
    return keys().contains(key) && !key.equals("ram");
  }

  /** Whether anything is set, so that there is something to tell. */
  public boolean isSet() {
    return !equals(NONE);
  }

  /**
   * These with another one.
   *
   * @throws IllegalArgumentException if the value is none
   */
  public PressureSettings with(String key, String value) {
    return switch (key) {
      case "swap" -> new PressureSettings(machine, Sizes.parse(value), readMicros, writeMicros);
      case "storage_read_us" ->
          new PressureSettings(machine, swapBytes, micros(value), writeMicros);
      case "storage_write_us" ->
          new PressureSettings(machine, swapBytes, readMicros, micros(value));
      default -> {
        List<String> changed = new ArrayList<>(machine);
        changed.add(key + "=" + value);
        yield new PressureSettings(changed, swapBytes, readMicros, writeMicros);
      }
    };
  }

  private static int micros(String value) {
    if (!value.matches("[0-9]{1,7}") || Integer.parseInt(value) > MOST_MICROS) {
      throw new IllegalArgumentException(
          "\"" + value + "\" is not 0 to " + MOST_MICROS + " microseconds");
    }
    return Integer.parseInt(value);
  }

  /** These in words. */
  public List<String> words() {
    List<String> all = new ArrayList<>(machine);
    all.add(swapBytes == 0 ? "no swap" : "swap of " + (swapBytes >> 10) + " KiB");
    all.add("a read " + readMicros + " us, a write " + writeMicros + " us");
    return all;
  }

  /** A machine changed so. */
  public MachineSpec on(MachineSpec spec) {
    return machine.isEmpty() ? spec : MachineSpecReader.with(spec, machine);
  }

  /** Takes the swap area of a machine that was just booted into use. */
  public void begin(Machine booted) {
    if (swapBytes > 0) {
      booted.reclaim().swapOnOff().onTemporary("swap", swapBytes, 0);
    }
  }
}
