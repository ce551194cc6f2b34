package io.github.gmem4j.conformance.crowd;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.guest.PlainHypercall;
import io.github.gmem4j.api.guest.PlainResult;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.api.vm.Vcpu;
import java.util.Random;

/**
 * A vCPU with the thread that runs it: it loads, stores, and asks for conversions, which its thread
 * carries out at once, as the VMM. An access never leaves the guest: it takes the page's kind.
 */
record Guest(String name, Vcpu vcpu, Stage stage, Log log, Random random) {
  private static final int MOST_AT_ONCE = 3;

  /** Does so many things. */
  void act(int times) {
    for (int i = 0; i < times; i++) {
      long page = random.nextInt(Stage.PAGES);
      switch (random.nextInt(10)) {
        case 0, 1, 2, 3 -> load(page);
        case 4, 5, 6 -> store(page, (byte) random.nextInt(256));
        default -> call(page);
      }
    }
  }

  /** Loads a byte. */
  void load(long page) {
    log.doing(
        name,
        () -> {
          vcpu.load(GuestProgram.of(new GuestAction.Read(Stage.gpa(page), Shareability.SHARED)));
          return vcpu.run() instanceof Exit.Halt
                  && vcpu.results().getLast() instanceof ActionResult.Loaded(byte value)
              ? new Deed.GuestLoaded(page, value)
              : strange("a load of page " + page);
        });
  }

  /** Stores a byte. */
  void store(long page, byte value) {
    log.doing(
        name,
        () -> {
          vcpu.load(
              GuestProgram.of(new GuestAction.Write(Stage.gpa(page), Shareability.SHARED, value)));
          return vcpu.run() instanceof Exit.Halt
                  && vcpu.results().getLast() instanceof ActionResult.Stored
              ? new Deed.GuestStored(page, value)
              : strange("a store to page " + page);
        });
  }

  private void call(long page) {
    long most = Math.min(MOST_AT_ONCE, Stage.PAGES - page);
    long count = random.nextInt(3) == 0 ? 1 + random.nextLong(most) : 1;
    Shareability target = random.nextBoolean() ? Shareability.PRIVATE : Shareability.SHARED;
    GpaRange range = GpaRange.of(Stage.gpa(page).value(), count * Page.BYTES);
    vcpu.load(GuestProgram.of(new GuestAction.Call(PlainHypercall.of(range, target))));
    Exit left = vcpu.run();
    if (!(left instanceof Exit.MapGpaRange exit) || !exit.range().equals(range)) {
      log.doing(name, () -> new Deed.Strange("a call for " + range + " left with " + left));
      return;
    }
    PageRange pages = Stage.pages(range);
    long begin = log.tick();
    Deed.Converted converted = stage.convert(pages, exit.target());
    log.add(name, converted, begin);
    long answer = converted.outcome().errno().map(errno -> -(long) errno.number()).orElse(0L);
    log.doing(
        name,
        () ->
            vcpu.run(new Reply.Answer(answer)) instanceof Exit.Halt
                    && vcpu.results().getLast()
                        instanceof ActionResult.Returned(PlainResult(long told))
                ? new Deed.Told(answer, told)
                : strange("the answer to a call"));
  }

  private Deed strange(String what) {
    return new Deed.Strange(what + " yielded " + vcpu.results());
  }
}
