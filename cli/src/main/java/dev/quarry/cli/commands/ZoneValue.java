package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Value;
import dev.quarry.kernel.Machine;
import dev.quarry.physical.MigrateType;
import dev.quarry.physical.Pageblocks;
import dev.quarry.physical.Zone;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A zone and its numbers, always as they are now. */
record ZoneValue(Machine machine, Zone zone) implements Value.Thing {
  private static final Pattern INDEXED = Pattern.compile("([a-z_]+)\\[([A-Za-z0-9]{1,12})\\]");

  @Override
  public String show() {
    return String.format(
        Locale.ROOT,
        "%s: %d of %d pages free, marks %d/%d/%d",
        zone,
        zone.freePages(),
        zone.managed(),
        zone.mark(Zone.MIN),
        zone.mark(Zone.LOW),
        zone.mark(Zone.HIGH));
  }

  @Override
  public String word() {
    return zone.label();
  }

  @Override
  public List<String> fields() {
    return List.of(
        "free",
        "managed",
        "present",
        "min",
        "low",
        "high",
        "pcp",
        "reserved_highatomic",
        "splits",
        "merges",
        "claims",
        "steals",
        "free_area[ORDER]",
        "pageblocks[TYPE]");
  }

  @Override
  public Optional<Value> field(String name) {
    Matcher indexed = INDEXED.matcher(name);
    OptionalLong number =
        indexed.matches() ? indexed(indexed.group(1), indexed.group(2)) : plain(name);
    return number.isPresent()
        ? Optional.of(new Value.Number(number.getAsLong()))
        : Optional.empty();
  }

  private OptionalLong plain(String name) {
    return switch (name) {
      case "free" -> OptionalLong.of(zone.freePages());
      case "managed" -> OptionalLong.of(zone.managed());
      case "present" -> OptionalLong.of(zone.present());
      case "min" -> OptionalLong.of(zone.mark(Zone.MIN));
      case "low" -> OptionalLong.of(zone.mark(Zone.LOW));
      case "high" -> OptionalLong.of(zone.mark(Zone.HIGH));
      case "pcp" -> OptionalLong.of(zone.pcpPages());
      case "reserved_highatomic" -> OptionalLong.of(zone.reservedHighatomic());
      case "splits" -> OptionalLong.of(zone.events().splits());
      case "merges" -> OptionalLong.of(zone.events().merges());
      case "claims" -> OptionalLong.of(zone.events().claims());
      case "steals" -> OptionalLong.of(zone.events().steals());
      default -> OptionalLong.empty();
    };
  }

  /** {@code free_area[8]}: free blocks of order 8; {@code pageblocks[Movable]}: pageblocks. */
  private OptionalLong indexed(String name, String index) {
    if (name.equals("free_area") && index.matches("\\d{1,2}")) {
      int order = Integer.parseInt(index);
      return order > machine.spec().maxOrder()
          ? OptionalLong.empty()
          : OptionalLong.of(zone.area(order).nrFree());
    }
    int type = name.equals("pageblocks") ? MigrateType.ofLabel(index) : -1;
    return type < 0 ? OptionalLong.empty() : OptionalLong.of(pageblocks(type));
  }

  private long pageblocks(int type) {
    Pageblocks blocks = machine.memory().pageblocks();
    long count = 0;
    for (long pfn = zone.startPfn() & -blocks.pages(); pfn < zone.endPfn(); pfn += blocks.pages()) {
      boolean ours = blocks.zone((int) pfn) == zone.number();
      count += ours && blocks.type((int) pfn) == type ? 1 : 0;
    }
    return count;
  }
}
