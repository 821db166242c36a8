package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Session;
import dev.quarry.cli.lang.Value;
import dev.quarry.kernel.Machine;
import dev.quarry.physical.Zone;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The zones of the booted machine as names: {@code Normal[1]} is node 1's, {@code Normal} that of
 * the first node that has one.
 */
final class ZoneNames implements Session.Builtins {
  @Override
  public List<String> names(Session session) {
    List<String> names = new ArrayList<>();
    Machine machine = Booted.orNull(session);
    if (machine != null) {
      for (Zone zone : machine.memory().zones()) {
        if (zone.isPopulated()) {
          names.add(machine.memory().nodes().size() > 1 ? indexed(zone) : zone.label());
        }
      }
    }
    return names;
  }

  @Override
  public @Nullable Value value(Session session, String name) {
    Machine machine = Booted.orNull(session);
    if (machine == null) {
      return null;
    }
    for (Zone zone : machine.memory().zones()) {
      if (zone.isPopulated() && (name.equals(zone.label()) || name.equals(indexed(zone)))) {
        return new ZoneValue(machine, zone);
      }
    }
    return null;
  }

  private static String indexed(Zone zone) {
    return zone.label() + "[" + zone.node().id() + "]";
  }
}
