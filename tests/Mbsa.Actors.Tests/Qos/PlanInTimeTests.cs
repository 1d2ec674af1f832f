using Mbsa.Bench.Searching;
using Mbsa.Model.Scenario;

namespace Mbsa.Actors.Tests.Qos;

/// <summary>What is planned follows who is there and what they were promised, window by window.</summary>
public sealed class PlanInTimeTests
{
    // On the host of the known right answers: a read takes 2 us of one core of four and 1 us of the NVM, a write 3 us of both.
    private static readonly Claim _reader = new([0.5, 0.004, 1], 1, 0, 1);
    private static readonly Claim _writer = new([0.25, 0.001, 1], 2, 0, 1);
    private static readonly Claim _mixed = new([0.3125, 0.002, 1], 1, 0, 1);
    private static readonly Claim _heavyReader = _reader with { Weight = 3, Floor = 0.3 };

    [Fact]
    public async Task After_arrivals_departures_and_changes_each_window_is_at_the_optimum_of_those_who_are_there()
    {
        var heavy = new QosSpec { Weight = 3, Reservation = new Promise(PromiseUnit.Share, 0.3) };
        var scenario = QosLab.Host(QosLab.Reader("a"), QosLab.Writer("b", weight: 2), QosLab.Mixed("c", 50).Late()).For(600, 20, 50)
            .At(100 * Lab.Millisecond, "c", new VmChange.Start())
            .At(250 * Lab.Millisecond, "a", new VmChange.SetQos(heavy))
            .At(450 * Lab.Millisecond, "b", new VmChange.Stop());
        var run = await scenario.RunAsync();
        (int From, int To, (string Vm, Claim Claim, double NsPerOperation)[] There)[] phases =
        [
            (0, 2, [("a", _reader, 1000), ("b", _writer, 3000)]),
            (3, 5, [("a", _reader, 1000), ("b", _writer, 3000), ("c", _mixed, 2000)]),
            (6, 9, [("a", _heavyReader, 1000), ("b", _writer, 3000), ("c", _mixed, 2000)]),
            (10, 12, [("a", _heavyReader, 1000), ("c", _mixed, 2000)]),
        ];
        foreach (var (from, to, there) in phases)
        {
            var shares = Optimum.Shares([.. there.Select(vm => vm.Claim)]);
            for (var i = 0; i < there.Length; i++)
            {
                foreach (var operations in run.Series(there[i].Vm)[from..to])
                {
                    QosLab.Near(shares[i], operations * there[i].NsPerOperation / 50e6, 0.015, $"{there[i].Vm} in windows {from} to {to}");
                }
            }
        }
    }
}
