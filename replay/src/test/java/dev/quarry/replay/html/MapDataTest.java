package dev.quarry.replay.html;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.MachineSpecReader;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.MigrateType;
import dev.quarry.physical.Zone;
import dev.quarry.replay.play.PageblockMap;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The cells of the map: few, and all of the memory is in them. */
class MapDataTest {
  private static ObjectNode map(Machine machine, PageblockMap before) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    MapData.put(node, machine.memory(), before, ZoneNames.of(machine));
    return node;
  }

  private static long sum(JsonNode runs) {
    return Arrays.stream(Played.numbers(runs)).sum();
  }

  @ParameterizedTest
  @ValueSource(strings = {"tiny", "course", "x86-32", "laptop", "movable", "server", "huge"})
  void allMemoryIsInFewCells(String preset) {
    try (Machine machine = Machine.boot(MachineSpecReader.read("map", "preset " + preset))) {
      PageblockMap before = PageblockMap.of(machine.memory());
      for (int i = 0; i < 300; i++) {
        machine.allocator().allocPages(machine.cpu(0), Gfp.GFP_KERNEL | Gfp.NOWARN, i % 5);
      }
      ObjectNode map = map(machine, before);
      long cells = 0;
      int shown = 0;
      for (Zone zone : machine.memory().zones()) {
        if (zone.isPopulated()) {
          JsonNode node = map.at("/zones/" + shown++);
          assertThat(sum(node.at("/after/free"))).isEqualTo(zone.freePages());
          assertThat(sum(node.at("/after/listed"))).isEqualTo(zone.pcpPages());
          assertThat(sum(node.path("usable"))).isEqualTo(zone.managed());
          cells += node.at("/after/types").asString().length();
        }
      }
      assertThat(map.path("zones").size()).isEqualTo(shown);
      assertThat(cells).isLessThanOrEqualTo(MapData.MOST_CELLS);
      long changed =
          map.at("/changes/givenPages").asLong() - map.at("/changes/takenPages").asLong();
      assertThat(changed).isEqualTo(free(machine) - totalBefore(map));
    }
  }

  private static long free(Machine machine) {
    return machine.memory().zones().stream().mapToLong(Zone::freePages).sum();
  }

  private static long totalBefore(ObjectNode map) {
    long pages = 0;
    for (JsonNode type : map.path("types")) {
      pages += type.at("/before/freePages").asLong();
    }
    return pages;
  }

  /** 4 MiB from 2 MiB on, a hole, 16 MiB from 16 MiB on, of which the last 2 MiB are reserved. */
  @Test
  void holesAndReservedPagesAreTold() {
    String spec =
        """
        release 6.18
        cpus 0
        memory 2M-6M
        memory 16M-32M
        reserved 30M-32M firmware
        contents none
        """;
    try (Machine machine = Machine.boot(MachineSpecReader.read("map", spec))) {
      PageblockMap before = PageblockMap.of(machine.memory());
      // Unmovable requests claim the pageblock that they fall back to.
      machine.allocator().allocPages(machine.cpu(0), Gfp.GFP_KERNEL, 3);
      ObjectNode map = map(machine, before);
      JsonNode dma = map.at("/zones/0");
      assertThat(dma.path("cells")).hasToString("[512,2]");
      assertThat(dma.at("/before/types").asString()).isEqualTo("MM");
      JsonNode dma32 = map.at("/zones/1");
      assertThat(dma32.path("cells")).hasToString("[4096,8]");
      assertThat(dma32.path("usable")).hasToString("[512,7,0,1]");
      String after = dma32.at("/after/types").asString();
      assertThat(after).endsWith("-").hasSize(8);
      long unmovable = after.chars().filter(c -> c == MigrateType.letter(0)).count();
      assertThat(unmovable).isPositive();
      assertThat(sum(dma32.path("typeChanges"))).isEqualTo(unmovable);
      assertThat(map.at("/changes/typeChanged").asLong()).isEqualTo(unmovable);
    }
  }
}
