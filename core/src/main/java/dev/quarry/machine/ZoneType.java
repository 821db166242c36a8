package dev.quarry.machine;

import java.util.Arrays;
import java.util.Optional;

/**
 * The kinds of zone that a kernel can be built with: {@code enum zone_type}
 * (include/linux/mmzone.h, 6.18), in the order of the physical addresses that they cover.
 */
public enum ZoneType {
  DMA("DMA"),
  DMA32("DMA32"),
  NORMAL("Normal"),
  HIGHMEM("HighMem"),
  MOVABLE("Movable"),
  DEVICE("Device");

  private final String label;

  ZoneType(String label) {
    this.label = label;
  }

  /** The type with a name that the kernel prints, if there is one. */
  public static Optional<ZoneType> ofLabel(String label) {
    return Arrays.stream(values()).filter(type -> type.label.equals(label)).findFirst();
  }

  /** The name that the kernel prints, such as {@code Normal}. */
  public String label() {
    return label;
  }
}
