using System.Collections.Immutable;
using Mbsa.Actors.Commands;
using Mbsa.Actors.Hosts;
using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;

namespace Mbsa.Actors.Runs;

/// <summary>The hosts of a run as its conductor drives them: all their clocks stand at one moment whenever it decides something.</summary>
/// <param name="scenario">A scenario.</param>
/// <param name="links">A link to each host.</param>
/// <param name="ended">The run ends without a result.</param>
/// <param name="journal">
/// The journal that the only host writes itself, where what happens beside it goes at once; null where hosts report what happened.
/// </param>
internal sealed class HostCluster(
    ScenarioSpec scenario, ImmutableArray<IHostLink> links, CancellationToken ended, RunJournal? journal = null)
{
    private readonly HostReport?[] _reports = new HostReport?[links.Length];
    private readonly long[] _steps = new long[links.Length];
    private readonly VmSample?[] _samples = new VmSample?[scenario.Vms.Length];
    private readonly List<RunEvent> _events = [];

    /// <summary>Where every clock stands, in nanoseconds.</summary>
    public long NowNs { get; private set; }

    /// <summary>Whether the hosts shall show their VMs after the next step.</summary>
    public bool IsWatched { get; set; }

    /// <summary>Lets time pass on every host, until a moment or until nobody is left to run.</summary>
    /// <param name="untilNs">The moment.</param>
    /// <param name="goesOn">Whether something is to come, so that time passes also when nobody is left.</param>
    /// <returns>Whether nobody is left.</returns>
    public async Task<bool> RunUntilAsync(long untilNs, bool goesOn)
    {
        var allFinished = await PassAsync(NowNs, untilNs);
        if (allFinished && goesOn && NowNs < untilNs)
        {
            await PassAsync(untilNs, untilNs);
        }

        IsWatched = false;
        return allFinished;
    }

    private async Task<bool> PassAsync(long fromNs, long untilNs)
    {
        var reports = await Task.WhenAll(Enumerable.Range(0, links.Length).Select(host => StepAsync(host, fromNs, untilNs, [])));
        AddEvents(reports);
        NowNs = Math.Max(NowNs, reports.Max(report => report.NowNs)); // a little late under the wall clock, early when it was halted
        return reports.All(report => report.AllFinished);
    }

    /// <summary>Has a host do something at this moment.</summary>
    public async Task<HostAnswer> DoAsync(int host, HostCommand command) => (await DoAllAsync(host, [command]))[0];

    /// <summary>Has a host do several things at this moment, one after the other.</summary>
    public async Task<ImmutableArray<HostAnswer>> DoAllAsync(int host, ImmutableArray<HostCommand> commands) =>
        (await DoOnAllAsync(each => each == host ? commands : []))[host];

    /// <summary>Has hosts do things at this moment, all hosts at once.</summary>
    /// <param name="commands">Commands by host.</param>
    public async Task<ImmutableArray<ImmutableArray<HostAnswer>>> DoOnAllAsync(Func<int, ImmutableArray<HostCommand>> commands)
    {
        var reports = await Task.WhenAll(Enumerable.Range(0, links.Length).Select(host => DoIfAnyAsync(host, commands(host))));
        AddEvents(reports.OfType<HostReport>());
        return [.. reports.Select(report => report?.Answers ?? [])];
    }

    /// <summary>Something happened beside the hosts.</summary>
    public void Note(RunEventKind kind, string text, string? vm = null)
    {
        var entry = new RunEvent(0, NowNs, kind, text) { Vm = vm };
        if (journal is not null)
        {
            journal.Add(entry);
        }
        else
        {
            _events.Add(entry);
        }
    }

    /// <summary>The last report of a host.</summary>
    public HostReport ReportOf(int host) => _reports[host] ?? throw new InvalidOperationException($"host {host} has not done anything yet");

    /// <summary>How the VMs stand that are, or were, on a host; none before its first step.</summary>
    public ImmutableArray<VmStanding> StandingsOn(int host) => _reports[host] is { } report ? report.Vms : [];

    /// <summary>How a VM stands on a host; null when it never was there.</summary>
    public VmStanding? StandingOf(int vm, int host) => _reports[host]?.Vms.FirstOrDefault(standing => standing.Vm == vm);

    /// <summary>What a VM looks like to people, as it was last seen; on whichever host it is.</summary>
    public VmSample SampleOf(int vm) => _samples[vm] ?? new VmSample { Name = scenario.Vms[vm].Name, State = VmState.Waiting };

    /// <summary>What happened since this was last asked, in the order of time.</summary>
    public ImmutableArray<RunEvent> TakeEvents()
    {
        ImmutableArray<RunEvent> events = [.. _events];
        _events.Clear();
        return events;
    }

    /// <summary>Takes over how VMs look that were on these hosts last, where hosts showed them.</summary>
    /// <returns>Whether any did.</returns>
    public bool LookAt(IReadOnlyList<int?> hostOfVm)
    {
        var hasLooked = false;
        for (var host = 0; host < _reports.Length; host++)
        {
            if (_reports[host] is not { View: { } view } report)
            {
                continue;
            }

            hasLooked = true;
            foreach (var (standing, sample) in report.Vms.Zip(view).Where(vm => hostOfVm[vm.First.Vm] == host))
            {
                _samples[standing.Vm] = sample;
            }
        }

        return hasLooked;
    }

    private async Task<HostReport?> DoIfAnyAsync(int host, ImmutableArray<HostCommand> commands) =>
        commands.IsEmpty ? null : await StepAsync(host, NowNs, NowNs, commands);

    private async Task<HostReport> StepAsync(int host, long fromNs, long untilNs, ImmutableArray<HostCommand> commands) =>
        _reports[host] = await links[host].StepAsync(new HostStep(++_steps[host], untilNs, commands, IsWatched) { FromNs = fromNs }, ended);

    /// <summary>What happened in a step: at one moment in the order of hosts, whichever answered first.</summary>
    private void AddEvents(IEnumerable<HostReport> reports)
    {
        if (journal is null)
        {
            _events.AddRange(reports.SelectMany(report => report.Events).OrderBy(entry => entry.ClockNs));
        }
    }
}
