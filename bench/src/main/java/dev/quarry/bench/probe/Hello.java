package dev.quarry.bench.probe;

/** The least that a JVM can do: one line. */
public final class Hello {
  private Hello() {}

  /** Prints the line. */
  public static void main(String[] args) {
    System.out.println("hello");
  }
}
