namespace Mbsa.Host.Tests.Files.Scenarios;

/// <summary>What a scenario says about phases and jitter.</summary>
public sealed class RhythmReaderTests : IDisposable
{
    private readonly ScratchScenario _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Jobs_have_phases_and_ten_percent_of_jitter_unless_a_scenario_is_in_lockstep()
    {
        var spec = _scratch.Spec(ScratchScenario.With());
        Assert.Equal((false, 10), (spec.Lockstep, spec.Vms[0].Jobs[0].JitterPercent));
        Assert.True(_scratch.Spec(ScratchScenario.With("lockstep: true")).Lockstep);
        Assert.False(_scratch.Spec(ScratchScenario.With("lockstep: false")).Lockstep);
    }

    [Fact]
    public void A_workload_says_its_own_jitter_or_has_that_of_the_scenario()
    {
        _scratch.Write("[one]\nrw=write\nsize=1m\nthinktime=5\n", "one.fio");
        var jobs = _scratch.Spec(
            """
            duration: 1s
            jitter: 30%
            vms:
              - { name: a, workload: { cpu: 37% } }
              - { name: b, workload: { cpu: 37%, jitter: 0% } }
              - { name: c, storage: { size: 1MiB }, workload: [ { rw: read, thinktime: 5us, jitter: 100% },
                { rw: write, thinktime: 5us } ] }
              - { name: d, storage: { size: 1MiB }, workload: { fio: one.fio } }

            """).Vms.SelectMany(vm => vm.Jobs);
        Assert.Equal([30, 0, 100, 30, 0], jobs.Select(job => job.JitterPercent)); // think times of a job file are exact
    }

    [Theory]
    [InlineData("lockstep: maybe", "2: 'lockstep': true or false was expected, not 'maybe'")]
    [InlineData("jitter: 101%", "2: 'jitter': must be from 0 to 100")]
    [InlineData("jitter: 1.5%", "2: 'jitter': must be a whole number")]
    [InlineData("jitter: much", "2: 'jitter': not a number")]
    [InlineData("jitter: [1]", "2: 'jitter'")]
    [InlineData("lock-step: true", "2: unknown key of a scenario 'lock-step'; did you mean 'lockstep'?")]
    public void What_is_wrong_is_said(string line, string expected) =>
        Assert.StartsWith(expected, Assert.Single(_scratch.ErrorsWith(line)), StringComparison.Ordinal);

    [Theory]
    [InlineData("cpu: 5%, jitter: 200%", "jitter=200%: must be from 0 to 100")]
    [InlineData("cpu: 5%, jiter: 20%", "jiter=20%: no such option; did you mean jitter?")]
    public void What_is_wrong_with_a_workload_is_said(string workload, string expected) =>
        Assert.Contains(expected, Assert.Single(_scratch.ErrorsOfVm($"name: a, workload: {{ {workload} }}")), StringComparison.Ordinal);

    [Theory]
    [InlineData("cpu: 100%")]
    [InlineData("rw: read, rate_iops: 5")]
    [InlineData("rw: read, thinktime: 0")]
    public void A_jitter_of_nothing_is_a_warning(string workload)
    {
        var text = $"duration: 1s\nvms:\n  - {{ name: a, storage: {{ size: 1MiB }}, workload: {{ {workload}, jitter: 5% }} }}\n";
        Assert.StartsWith("3: jitter=5%: does nothing", Assert.Single(_scratch.Warnings(text)), StringComparison.Ordinal);
        Assert.Empty(_scratch.Warnings(text.Replace(", jitter: 5%", "", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_jitter_beside_lockstep_is_a_warning() =>
        Assert.Equal(
            ["2: 'jitter' does nothing with 'lockstep: true', which is without any"],
            _scratch.Warnings(ScratchScenario.With("jitter: 5%", "lockstep: true")));

    [Fact]
    public void A_job_file_stays_one_that_fio_can_run()
    {
        _scratch.Write("[one]\nrw=write\nthinktime=5\njitter=5\n", "one.fio");
        Assert.Contains("no such option",
            Assert.Single(_scratch.ErrorsOfVm("name: a, storage: { size: 1MiB }, workload: { fio: one.fio }")), StringComparison.Ordinal);
    }

    [Fact]
    public void Several_hosts_have_it_too()
    {
        var spec =
            _scratch.Spec("duration: 1s\nlockstep: true\njitter: 7%\nhosts: { count: 2 }\nvms: [ { name: a, workload: { cpu: 5% } } ]\n");
        Assert.NotNull(spec.Cluster);
        Assert.Equal((true, 7), (spec.Lockstep, spec.Vms[0].Jobs[0].JitterPercent));
    }
}
