package dev.quarry.cli.tidy;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.ImportTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.NewClassTree;
import com.sun.source.tree.PackageTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Looks for offences in one parsed source. */
final class SourceScanner extends TreeScanner<Void, Void> {
  private static final Pattern QUALIFIED =
      Pattern.compile("(java|javax|jdk|com|dev|io|me|net|org|tools)(\\.[a-z]\\w*)+\\.[A-Z]\\w*");
  private static final Set<String> CLOCKS =
      Set.of("System.currentTimeMillis", "Instant.now", "LocalDateTime.now", "LocalDate.now");
  private static final Set<String> RANDOMS =
      Set.of("Math.random", "ThreadLocalRandom.current", "UUID.randomUUID");

  private final CompilationUnitTree unit;
  private final SourcePositions positions;
  private final String path;
  private final List<Offence> offences;

  SourceScanner(CompilationUnitTree unit, Trees trees, String path, List<Offence> offences) {
    this.unit = unit;
    this.positions = trees.getSourcePositions();
    this.path = path;
    this.offences = offences;
  }

  void scanUnit() throws IOException {
    long lines = unit.getSourceFile().getCharContent(true).toString().lines().count();
    if (lines > Habit.MOST_FILE_LINES) {
      offences.add(new Offence(Habit.FILE_LENGTH, path, lines, lines + " lines"));
    }
    scan(unit, null);
  }

  private long lineOf(Tree tree) {
    return unit.getLineMap().getLineNumber(positions.getStartPosition(unit, tree));
  }

  private void add(Habit habit, Tree tree, String what) {
    offences.add(new Offence(habit, path, lineOf(tree), what));
  }

  @Override
  public Void visitPackage(PackageTree tree, Void none) {
    return null;
  }

  @Override
  public Void visitImport(ImportTree tree, Void none) {
    return null;
  }

  @Override
  public Void visitMethod(MethodTree tree, Void none) {
    if (tree.getBody() != null) {
      long end = positions.getEndPosition(unit, tree);
      long lines = unit.getLineMap().getLineNumber(end) - lineOf(tree) + 1;
      if (lines > Habit.MOST_METHOD_LINES) {
        add(Habit.METHOD_LENGTH, tree, tree.getName() + " has " + lines + " lines");
      }
    }
    return super.visitMethod(tree, none);
  }

  @Override
  public Void visitMemberSelect(MemberSelectTree tree, Void none) {
    String text = tree.toString();
    if (QUALIFIED.matcher(text).matches()) {
      add(Habit.QUALIFIED_NAME, tree, text);
      return null;
    }
    if (text.equals("System.out") || text.equals("System.err")) {
      add(Habit.PRINT, tree, text);
    }
    return super.visitMemberSelect(tree, none);
  }

  @Override
  public Void visitNewClass(NewClassTree tree, Void none) {
    String type = tree.getIdentifier().toString();
    boolean seedless = tree.getArguments().isEmpty() && type.endsWith("Random");
    if (seedless) {
      add(Habit.RANDOM, tree, "new " + type + "()");
    }
    return super.visitNewClass(tree, none);
  }

  @Override
  public Void visitMethodInvocation(MethodInvocationTree tree, Void none) {
    String method = tree.getMethodSelect().toString();
    String name = method.substring(method.lastIndexOf('.') + 1);
    if (CLOCKS.contains(method)) {
      add(Habit.CLOCK, tree, method);
    } else if (RANDOMS.contains(method)) {
      add(Habit.RANDOM, tree, method);
    } else if (method.equals("Thread.sleep")) {
      add(Habit.SLEEP, tree, method);
    } else if (name.equals("printStackTrace")) {
      add(Habit.PRINT, tree, name);
    } else if (formatsWithoutLocale(method, name, tree.getArguments())) {
      add(Habit.FORMAT, tree, name);
    }
    return super.visitMethodInvocation(tree, none);
  }

  private static boolean formatsWithoutLocale(
      String method, String name, List<? extends ExpressionTree> arguments) {
    if (name.equals("formatted") && method.contains(".")) {
      return true;
    }
    boolean formats =
        method.equals("String.format") || (name.equals("printf") && method.contains("."));
    return formats && !arguments.isEmpty() && !arguments.getFirst().toString().contains("Locale");
  }
}
