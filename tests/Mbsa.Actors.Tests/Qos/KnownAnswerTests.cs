using Mbsa.Model.Scenario;

namespace Mbsa.Actors.Tests.Qos;

/// <summary>
/// The known right answers of docs/QOS.md, worked out on paper, through the whole way under the virtual clock: within 1 %.
/// </summary>
public sealed class KnownAnswerTests
{
    [Fact]
    public Task A_reader_and_a_writer_of_equal_weights_have_equal_dominant_shares() =>
        Gives(QosLab.Host(QosLab.Reader("reader"), QosLab.Writer("writer")), 500_000, 166_667);

    /// <summary>
    /// Quanta of 25 us: 13 reads are 13 us of the NVM, but 26 of a core; 9 writes are 27 us of the NVM.
    /// That is 13 + 27 units for one turn each.
    /// </summary>
    [Theory]
    [InlineData("none", 325_000, 225_000)]
    [InlineData("cap", 325_000, 225_000)]
    [InlineData("mclock", 250_000, 250_000)]
    public Task Who_counts_turns_or_operations_has_the_writer_take_most_of_the_nvm(string policy, double reader, double writer) =>
        Gives(QosLab.Host(QosLab.Reader("reader"), QosLab.Writer("writer")).Under(policy), reader, writer);

    [Theory]
    [InlineData(875_000, 250_000, 250_000, 375_000)]
    [InlineData(1_200_000, 250_000, 380_000, 570_000)]
    [InlineData(3_000_000, 666_667, 1_333_333, 1_000_000)]
    public async Task The_classic_three_have_their_floors_and_ceilings_and_the_rest_by_weight(double capacity,
        double first, double second, double third)
    {
        await Gives(QosLab.CoresOnly(capacity, Classic()), first, second, third);

        // The same where the NVM is what is short.
        var onNvm = Lab.Scenario(Classic()).With(host => host with { Machine = Lab.Machine(4, 1000), Device = QosLab.Units(capacity, 3) });
        await Gives(onNvm with { DurationNs = 100 * Lab.Millisecond }, first, second, third);
    }

    [Fact]
    public async Task Without_a_policy_the_classic_three_have_a_third_each() =>
        await Gives(QosLab.CoresOnly(1_200_000, Classic()).Under("none"), 400_000, 400_000, 400_000);

    [Fact]
    public Task Who_computes_much_and_who_writes_much_share_what_each_uses_most() =>
        Gives(CpuAndNvm(), 333_333, 222_222);

    /// <summary>Quanta of 25 us: 4 operations of A are 32 us, 9 of B 27; by turns A holds 32 of 59 parts of the cores.</summary>
    [Fact]
    public async Task Without_a_policy_it_depends_on_turns_what_who_computes_and_who_writes_have()
    {
        var run = await CpuAndNvm().Under("none").RunAsync();
        Assert.True(run.OperationsPerSecond("a") < 0.9 * 333_333, $"{run.OperationsPerSecond("a")}");
    }

    private static VmSpec[] Classic() =>
    [
        QosLab.Reader("first", weight: 1).Reserved(PromiseUnit.OperationsPerSecond, 250_000),
        QosLab.Reader("second", weight: 2).Reserved(PromiseUnit.OperationsPerSecond, 250_000),
        QosLab.Reader("third", weight: 3).Limited(PromiseUnit.OperationsPerSecond, 1_000_000),
    ];

    private static ScenarioSpec CpuAndNvm() =>
        QosLab.Host(QosLab.Reader("a"), QosLab.Writer("b"))
        .With(host => host with { Machine = QosLab.Machine(4, readNs: 8000, writeNs: 2000) });

    private static async Task Gives(ScenarioSpec scenario, params double[] operationsPerSecond)
    {
        var run = await (scenario with { WarmupNs = 20 * Lab.Millisecond }).RunAsync();
        Assert.Empty(run.Problems);
        for (var vm = 0; vm < operationsPerSecond.Length; vm++)
        {
            QosLab.Near(operationsPerSecond[vm], run.OperationsPerSecond(run.Vms[vm].Spec.Name), 0.01, run.Vms[vm].Spec.Name);
        }
    }
}
