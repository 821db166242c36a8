package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Registry;
import dev.quarry.cli.lang.Session;
import java.io.PrintWriter;

/** Assembles the commands that a shell or a script has. */
public final class AllCommands {
  private AllCommands() {}

  /** All commands, by chapter. */
  public static Registry registry() {
    Registry registry = new Registry();
    MachineCommands.addTo(registry);
    FaultCommands.addTo(registry);
    PageCommands.addTo(registry);
    ManyPagesCommands.addTo(registry);
    FreeCommands.addTo(registry);
    PolicyCommands.addTo(registry);
    LookCommands.addTo(registry);
    CacheCommands.addTo(registry);
    ObjectCommands.addTo(registry);
    SlabCheckCommands.addTo(registry);
    AddressCommands.addTo(registry);
    AreaCommands.addTo(registry);
    HighMemCommands.addTo(registry);
    MemoryCommands.addTo(registry);
    TlbCommands.addTo(registry);
    ProcessCommands.addTo(registry);
    ExecCommand.addTo(registry);
    SyscallCommand.addTo(registry);
    MapCommands.addTo(registry);
    StepsCommand.addTo(registry);
    AdviceCommands.addTo(registry);
    FileCommands.addTo(registry);
    FileIoCommands.addTo(registry);
    HugePageCommands.addTo(registry);
    AccessCommands.addTo(registry);
    SwapCommands.addTo(registry);
    GroupCommands.addTo(registry);
    SessionCommands.addTo(registry);
    return registry;
  }

  /** A session that knows the machine's own names. */
  public static Session session(PrintWriter out) {
    return new Session(out, new ZoneNames());
  }
}
