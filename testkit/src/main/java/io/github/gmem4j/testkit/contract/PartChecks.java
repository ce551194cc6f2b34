package io.github.gmem4j.testkit.contract;

import io.github.gmem4j.testkit.rule.RuleBroken;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** All checks of single parts. */
final class PartChecks {
  private static final List<Consumer<PolicyUnderTest>> ALL =
      List.of(
          SeatChecks::answersAreNeverNull,
          SeatChecks::nothingIsThrown,
          SeatChecks::partsAreTheSameAtEveryCall,
          SeatChecks::equalArgumentsGiveEqualAnswers,
          SeatChecks::memoryIsImmutable,
          SeatChecks::traitsAreTrue,
          KvmChecks::anUnknownCallReturns,
          KvmChecks::everyReplyIsAnswered,
          KvmChecks::aFailedReentryKeepsTheCall,
          KvmChecks::onlyEnabledExits,
          KvmChecks::aFaultCompletesNoCall,
          KvmChecks::whatCannotBeServedLeaves,
          KvmChecks::aFulfilledCallReturns,
          VmmChecks::everyExitIsRead,
          VmmChecks::aWishAsksForWhatItsExitSays,
          VmmChecks::retryRulesEnd,
          VmmChecks::everySettlementIsPutIntoAReply,
          VmmChecks::theKvmSeatAcceptsTheReply,
          VmmChecks::doneIsSaidOfWhatIsDone,
          PlatformChecks::aFreshPageIsGranted,
          PlatformChecks::takingBackCannotFail,
          PlatformChecks::aFolioIsPrivateToOneFrame,
          PlatformChecks::aGrantedPageIsGrantedAgain,
          PlatformChecks::takingBackNothingHasNoEffect,
          PlatformChecks::accessChangesNothing,
          PlatformChecks::theUnknownIsExceptedOrPassedOn,
          PlatformChecks::twoVmsShareNoState,
          GuestChecks::everyRangeHasAFirstMove,
          GuestChecks::constantAnswersEnd);

  private PartChecks() {}

  /** Runs them until one finds a rule broken. */
  static Optional<RuleBroken> firstBroken(PolicyUnderTest subject) {
    for (Consumer<PolicyUnderTest> check : ALL) {
      try {
        Judging.isSkipped(() -> check.accept(subject));
      } catch (RuleBroken broken) {
        return Optional.of(broken);
      }
    }
    return Optional.empty();
  }
}
