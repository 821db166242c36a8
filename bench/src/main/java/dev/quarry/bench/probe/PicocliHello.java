package dev.quarry.bench.probe;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The least that a command with picocli's help can do. */
@Command(name = "hello", description = "Says hello.", mixinStandardHelpOptions = true)
public final class PicocliHello implements Runnable {
  @Option(names = "--name", description = "Whom to greet.", defaultValue = "you")
  private String name;

  private PicocliHello() {}

  /** Prints the help, or greets. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new PicocliHello()).execute(args));
  }

  @Override
  public void run() {
    System.out.println("hello " + name);
  }
}
