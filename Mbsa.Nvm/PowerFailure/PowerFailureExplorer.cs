using Mbsa.Nvm.Devices;
using Mbsa.Nvm.Memory;

namespace Mbsa.Nvm.PowerFailure;

/// <summary>
/// Tries power failures at every fence of a history: mounts what each of them may leave and asks whether it is right. Whoever drives the
/// history says after each step what must be found from then on.
/// </summary>
public sealed class PowerFailureExplorer : IDisposable
{
    private const int MaxViolationsKept = 20;

    private readonly PowerFailureModel _model;
    private readonly Random _random;
    private readonly int _statesPerFence, _statesPerRecoveryFence;
    private readonly List<string> _violations = [];
    private readonly MemoryLedger _ledger = new();
    private SurvivorStage? _stage;
    private bool _exploring;

    /// <summary>Begins to explore at each fence.</summary>
    /// <param name="model">The model that watches the device.</param>
    /// <param name="seed">For the states that are sampled.</param>
    /// <param name="statesPerFence">How many states to try at a fence, at most.</param>
    /// <param name="statesPerRecoveryFence">How many to try at each fence of the recovery itself, for every state; 0 for none.</param>
    public PowerFailureExplorer(PowerFailureModel model, int seed, int statesPerFence, int statesPerRecoveryFence = 0)
    {
        ArgumentNullException.ThrowIfNull(model);
        (_model, _random, _statesPerFence, _statesPerRecoveryFence) = (model, new Random(seed), statesPerFence, statesPerRecoveryFence);
        model.FenceReached = Explore;
    }

    /// <summary>What the history is doing; stands in the description of a violation.</summary>
    public string Step { get; set; } = "start";

    /// <summary>
    /// Says what is wrong with a device found after a power failure, or null. May throw <see cref="NvmException"/> for what it cannot read.
    /// It may mount what it finds, and change it no further. Null: nothing is asked yet.
    /// </summary>
    public Func<NvmDevice, string?>? Check { get; set; }

    /// <summary>States tried.</summary>
    public long States { get; private set; }

    /// <summary>Fences at which no combination of cache lines was left out.</summary>
    public long ExhaustiveFences { get; private set; }

    /// <summary>Fences at which states were tried.</summary>
    public long Fences { get; private set; }

    /// <summary>States that were wrong.</summary>
    public long ViolationCount { get; private set; }

    /// <summary>The first of them, described.</summary>
    public IReadOnlyList<string> Violations => _violations;

    /// <summary>Tries the states of this moment.</summary>
    public void Explore()
    {
        // Mounting a survivor that is watched would come back here.
        if (Check is not { } check || _exploring)
        {
            return;
        }

        _exploring = true;
        _stage ??= new SurvivorStage(_model.Device.Length, _ledger);
        var pending = _model.Pending;
        Fences++;
        ExhaustiveFences += CrashStates.IsExhaustive(pending, _statesPerFence) ? 1 : 0;
        foreach (var choice in CrashStates.Of(pending, _statesPerFence, _random))
        {
            States++;
            if (WrongWith(pending, choice, check) is { } wrong)
            {
                ViolationCount++;
                if (_violations.Count < MaxViolationsKept)
                {
                    var persisted = choice.Where((value, word) => value == pending[word].Values.Count - 1).Count();
                    _violations.Add($"{Step}, fence {_model.Fences}, {persisted} of {pending.Count} words persisted: {wrong}");
                }
            }
        }

        _exploring = false;
    }

    /// <summary>Ends the exploration.</summary>
    /// <exception cref="InvalidOperationException">A survivor was not given back: the check, or the device, leaks memory.</exception>
    public void Dispose()
    {
        _model.FenceReached = null;
        _stage?.Dispose();
        _stage = null;
        if (!_ledger.IsEmpty)
        {
            throw new InvalidOperationException($"survivors were not given back: {_ledger.Describe()}");
        }
    }

    private string? WrongWith(IReadOnlyList<PendingWord> pending, int[] choice, Func<NvmDevice, string?> check)
    {
        PowerFailureModel? watch = null;
        PowerFailureExplorer? recovery = null;
        if (_statesPerRecoveryFence > 0)
        {
            watch = new PowerFailureModel();
            recovery = new PowerFailureExplorer(watch, _random.Next(), _statesPerRecoveryFence) { Check = check, Step = "recovery" };
        }

        try
        {
            using var device = _stage!.Mount(_model.Device, pending, choice, watch);
            var wrong = check(device);
            States += recovery?.States ?? 0;
            return wrong ?? (recovery is { ViolationCount: > 0 } ? recovery.Violations[0] : null);
        }
        catch (NvmException refused)
        {
            return refused.Message;
        }
        finally
        {
            recovery?.Dispose();
        }
    }
}
