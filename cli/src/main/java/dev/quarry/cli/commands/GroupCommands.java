package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Call;
import dev.quarry.cli.lang.Registry;
import dev.quarry.cli.lang.Session;
import dev.quarry.cli.lang.SimpleCommand;
import dev.quarry.cli.lang.Value;
import dev.quarry.kernel.Machine;
import dev.quarry.reclaim.group.MemoryGroup;

/** Commands that make and remove groups of processes; their files are read and written as all. */
final class GroupCommands {
  private static final String CHAPTER = "processes";
  private static final String FOLDER = "/sys/fs/cgroup";
  private static final int STEPS_PER_FRAMES = 4096;

  private GroupCommands() {}

  static void addTo(Registry registry) {
    registry
        .add(
            SimpleCommand.of(
                    CHAPTER,
                    "mkdir " + FOLDER + "/NAME",
                    "makes a group of processes, whose memory can be limited",
                    "s = spawn\nmkdir /sys/fs/cgroup/web\n"
                        + "echo 1 > /sys/fs/cgroup/web/cgroup.procs\n"
                        + "echo 8M > /sys/fs/cgroup/web/memory.max",
                    GroupCommands::make)
                .withNotes(
                    "files of a group, to write: cgroup.procs, memory.min, memory.low, memory.high,\n"
                        + "memory.max, memory.swap.high, memory.swap.max, memory.oom.group,\n"
                        + "memory.reclaim (a size, or \"1M swappiness=200\"); to read: those, and\n"
                        + "memory.current, memory.peak, memory.stat, memory.events,\n"
                        + "memory.events.local, memory.swap.current, memory.swap.peak,\n"
                        + "memory.swap.events, memory.pressure. All groups' own: /sys/fs/cgroup/memory.stat"))
        .add(
            SimpleCommand.of(
                CHAPTER,
                "rmdir " + FOLDER + "/NAME",
                "removes a group without processes; its pages are the group's above it",
                "s = spawn\nmkdir /sys/fs/cgroup/web\nrmdir /sys/fs/cgroup/web",
                GroupCommands::remove));
  }

  private static String path(Call call) {
    String path = call.word(0, "a group such as " + FOLDER + "/web");
    if (!path.startsWith(FOLDER + "/")) {
      throw call.refuse(0, "groups are below " + FOLDER);
    }
    return path.substring(FOLDER.length());
  }

  private static Value make(Call call, Session session) {
    call.atMost(1);
    Machine machine = Booted.machine(session);
    String path = path(call);
    session.spend(1);
    return call.read(
        0,
        "a group",
        word -> {
          machine.reclaim().groups().make(path);
          return Value.NOTHING;
        });
  }

  private static Value remove(Call call, Session session) {
    call.atMost(1);
    Machine machine = Booted.machine(session);
    String path = path(call);
    session.spend(1 + machine.spec().endPfn() / STEPS_PER_FRAMES);
    MemoryGroup group = machine.reclaim().groups().find(path);
    if (group == null || group.isRoot()) {
      throw call.refuse(0, "there is no such group");
    }
    boolean used =
        machine.processes().all().stream().anyMatch(p -> p.mm().task().group() == group.id());
    if (used) {
      throw call.refuse(0, "the group has processes");
    }
    return call.read(
        0,
        "a group",
        word -> {
          machine.reclaim().remove(group);
          return Value.NOTHING;
        });
  }
}
