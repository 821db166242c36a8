package dev.quarry.cli.tidy;

/** What the sources keep to, and what to do about an offender. */
enum Habit {
  FILE_LENGTH("a file has at most 440 lines: split it by idea"),
  METHOD_LENGTH("a method has at most 40 lines: name its parts"),
  PACKAGE_INFO("a package has a package-info.java: terms, a picture, equations, what to read next"),
  QUALIFIED_NAME("a class is imported, not written with its package inside the code"),
  FORMAT(
      "String.format(Locale.ROOT, ...), also for printf and formatted: output is the same anywhere"),
  RANDOM("new Random(seed): the same input gives the same bytes"),
  CLOCK("time comes from the machine or the recording, not from the clock on the wall"),
  SLEEP("no Thread.sleep: a daemon has a step(), a wait has a condition"),
  PRINT("write to the writer that was given, or return text; throw, where it is an error");

  static final int MOST_FILE_LINES = 440;
  static final int MOST_METHOD_LINES = 40;

  final String advice;

  Habit(String advice) {
    this.advice = advice;
  }
}
