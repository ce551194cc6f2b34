package io.github.gmem4j.testkit.contract;

import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.api.policy.GuestMove;
import io.github.gmem4j.api.policy.GuestProgress;
import io.github.gmem4j.api.policy.Pending;
import io.github.gmem4j.api.policy.PolicyTraits;
import io.github.gmem4j.api.policy.PolicyTraits.Converter;
import io.github.gmem4j.api.policy.Step;
import io.github.gmem4j.api.policy.Wish;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.testkit.asserting.Steps;
import io.github.gmem4j.testkit.rule.Answers;
import io.github.gmem4j.testkit.rule.Rule;
import io.github.gmem4j.testkit.rule.RuleBroken;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** The checks of what all seats have in common: P1 to P5, P7. */
final class SeatChecks {
  private static final int THREADS = 4;

  private SeatChecks() {}

  static void answersAreNeverNull(PolicyUnderTest subject) {
    Examination.of(subject).askEverything();
  }

  static void nothingIsThrown(PolicyUnderTest subject) {
    Examination.of(subject).askEverything();
  }

  static void partsAreTheSameAtEveryCall(PolicyUnderTest subject) {
    Examination examined = Examination.of(subject).askEverything();
    ConversionPolicy policy = examined.policy();
    PolicyTraits first = Answers.ofPolicy("traits()", policy::traits);
    PolicyTraits second = Answers.ofPolicy("traits()", policy::traits);
    RuleBroken.unless(first.equals(second), Rule.P2, first + ", then " + second);
    RuleBroken.unless(
        kindsOfSeats(policy).equals(kindsOfSeats(policy)),
        Rule.P2,
        "a seat of another class at the second call");
  }

  private static List<Class<?>> kindsOfSeats(ConversionPolicy policy) {
    return List.of(policy.kvm().getClass(), policy.vmm().getClass(), policy.guest().getClass());
  }

  static void equalArgumentsGiveEqualAnswers(PolicyUnderTest subject) {
    Examination examined = Examination.of(subject).askEverything();
    List<Question> questions = examined.recording().questions();
    questions.reversed().forEach(question -> again(question, examined.policy()));
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      List<Future<?>> asked =
          Stream.generate(() ->
                  (Runnable)
                      () -> questions.forEach(question -> again(question, examined.policy())))
              .limit(THREADS)
              .<Future<?>>map(threads::submit)
              .toList();
      for (Future<?> each : asked) {
        each.get();
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuleBroken broken) {
        throw broken;
      }
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static void again(Question question, ConversionPolicy policy) {
    Object answer = Answers.ofPolicy(question.text(), () -> question.ask().apply(policy));
    RuleBroken.unless(
        withoutMemory(question.answer()).equals(withoutMemory(answer)),
        Rule.P3,
        question.text() + " was " + question.answer() + ", is " + answer);
  }

  static void memoryIsImmutable(PolicyUnderTest subject) {
    Examination examined = Examination.of(subject).askEverything();
    for (Question question : examined.recording().questions()) {
      memoriesOf(question.answer()).forEach(SeatChecks::looksImmutable);
      Object answer =
          Answers.ofPolicy(question.text(), () -> question.ask().apply(examined.policy()));
      boolean differsInMemoryOnly =
          !answer.equals(question.answer())
              && withoutMemory(answer).equals(withoutMemory(question.answer()));
      RuleBroken.unless(
          !differsInMemoryOnly,
          Rule.P4,
          question.text() + " gave " + question.answer() + " and " + answer + ", not equal");
      RuleBroken.unless(
          question.asItWas().equals(String.valueOf(question.answer())),
          Rule.P4,
          question.text() + " gave " + question.asItWas() + ", which is now " + question.answer());
    }
  }

  static void traitsAreTrue(PolicyUnderTest subject) {
    Examination examined = Examination.of(subject);
    PolicyTraits traits = examined.recording().traits();
    RuleBroken.unless(
        !traits.summary().isBlank() && traits.summary().lines().count() == 1,
        Rule.P7,
        "the summary is not one line: \"" + traits.summary() + "\"");
    boolean converts =
        examined.kvm().all().stream()
            .flatMap(decision -> Steps.lastOf(decision.step()).stream())
            .anyMatch(step -> step instanceof Step.Convert || step instanceof Step.Flip);
    boolean wishesSo =
        examined.wishes().stream().map(Wish.Convert::by).anyMatch(Converter.KVM::equals);
    RuleBroken.unless(
        traits.converter() == Converter.KVM || (!converts && !wishesSo),
        Rule.P7,
        "the VMM converts, they say; but a step converts or a wish is by the kernel");
    for (KvmExploration.Decision decision : examined.kvm().all()) {
      for (Exit exit : KvmChecks.exitsOf(decision.step())) {
        long bit =
            switch (exit) {
              case Exit.MapGpaRange map -> 1L << Exit.MapGpaRange.NUMBER;
              case Exit.Unshare unshare -> 1L << Exit.Unshare.NUMBER;
              default -> 0;
            };
        RuleBroken.unless(
            (traits.exitHypercalls() & bit) == bit,
            Rule.P7,
            "leaves with an exit that they do not name: " + exit);
      }
    }
  }

  private static void looksImmutable(Object memory) {
    for (Class<?> type = memory.getClass();
        type != null && type != Object.class && type != Enum.class;
        type = type.getSuperclass()) {
      for (Field field : type.getDeclaredFields()) {
        boolean constant = Modifier.isStatic(field.getModifiers());
        boolean safe =
            Modifier.isFinal(field.getModifiers())
                && !field.getType().isArray()
                && !AtomicInteger.class.getPackage().equals(field.getType().getPackage());
        RuleBroken.unless(
            constant || safe, Rule.P4, memory.getClass().getName() + " can change: " + field);
      }
    }
  }

  private static Object withoutMemory(Object answer) {
    return switch (answer) {
      case Step step -> Steps.withoutMemory(step);
      case GuestMove.Call call -> call.call();
      case GuestMove.Execute execute -> execute.instruction();
      default -> answer;
    };
  }

  private static Collection<?> memoriesOf(Object answer) {
    return switch (answer) {
      case Step step ->
          Steps.memoriesOf(step).stream().filter(each -> !each.equals(Pending.NONE)).toList();
      case GuestMove.Call call -> List.<GuestProgress>of(call.progress());
      case GuestMove.Execute execute -> List.<GuestProgress>of(execute.progress());
      default -> List.of();
    };
  }
}
