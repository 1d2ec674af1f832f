using Mbsa.Vm.Jobs;
using Mbsa.Vm.Workload;

namespace Mbsa.Vm.Tests.Jobs;

/// <summary>Times are small numbers, a job is its name, and (a b) are those that were let go by then and have not ended.</summary>
public sealed class JobOrderTests
{
    private static JobSpec Job(string name) => new() { Name = name, Pattern = IoPattern.Read };

    [Fact]
    public void Without_anything_that_waits_there_is_no_order()
    {
        Assert.Null(JobOrder.Of([Job("a"), Job("b") with { NewGroup = true, StartDelayNs = 5 }], 0));
        Assert.Null(JobOrder.Of([Job("a") with { Stonewall = true, NumJobs = 3 }], 0));
    }

    [Fact]
    public void A_stonewall_job_and_those_behind_it_wait_for_all_before_them()
    {
        var jobs = new Jobs(
            Job("a") with { NumJobs = 2 }, Job("b") with { Stonewall = true }, Job("c"), Job("d") with { Stonewall = true });
        Assert.Equal("a a", jobs.Running);
        jobs.End(0, 10);
        Assert.Equal("a", jobs.Running);
        jobs.End(1, 20);
        Assert.Equal("b c", jobs.Running);
        Assert.Equal([20, 20], [jobs.Turns[2].StartNs!.Value, jobs.Turns[3].StartNs!.Value]);
        jobs.End(3, 30);
        jobs.End(2, 40);
        Assert.Equal("d", jobs.Running);
        Assert.Equal([2, 3, 4], jobs.Woken);
    }

    [Fact]
    public void Nobody_begins_before_the_end_of_those_it_waited_for_whoever_is_heard_first()
    {
        var jobs = new Jobs(Job("a") with { NumJobs = 2 }, Job("b") with { Stonewall = true });
        jobs.End(0, 20);
        jobs.End(1, 15);
        Assert.Equal(20, jobs.Turns[2].StartNs);
    }

    [Fact]
    public void Clones_of_a_stonewall_job_begin_together()
    {
        var jobs = new Jobs(Job("a"), Job("b") with { Stonewall = true, NumJobs = 3 });
        jobs.End(0, 10);
        Assert.Equal("b b b", jobs.Running);
    }

    [Fact]
    public void A_start_delay_counts_from_the_beginning_and_holds_nobody_else()
    {
        var jobs = new Jobs(
            Job("a") with { StartDelayNs = 50 },
            Job("b") with { Stonewall = true },
            Job("c") with { Stonewall = true, StartDelayNs = 20 });
        Assert.Equal("b", jobs.Running);
        jobs.Order.Settle(49);
        Assert.Equal("b", jobs.Running);
        jobs.Order.Settle(50);
        Assert.Equal("a b", jobs.Running);
        jobs.End(0, 60);
        jobs.End(1, 70);
        Assert.Equal(70, jobs.Turns[2].StartNs);
    }

    [Fact]
    public void A_job_waits_for_all_clones_of_the_one_it_names_and_for_nobody_else()
    {
        var jobs = new Jobs(Job("a") with { NumJobs = 2 }, Job("long"), Job("b") with { WaitFor = "a" }, Job("c"));
        Assert.Equal("a a long c", jobs.Running);
        jobs.End(0, 10);
        Assert.Equal("a long c", jobs.Running);
        jobs.End(1, 20);
        Assert.Equal("long b c", jobs.Running);
    }

    [Theory]
    [InlineData(ExitWhat.Group, "c d")]
    [InlineData(ExitWhat.Stonewall, "c d")]
    [InlineData(ExitWhat.All, "")]
    public void With_exitall_a_job_ends_its_group_or_all_that_run_or_all(ExitWhat what, string left)
    {
        var jobs = new Jobs(
            Job("a") with { ExitWhat = what }, Job("b") with { StartDelayNs = what == ExitWhat.Stonewall ? 0 : 99 },
            Job("c") with { Stonewall = true, ExitAll = true }, Job("d"));
        jobs.End(0, 10);
        Assert.Equal(left, jobs.Running);
        Assert.True(jobs.Turns[1].IsOver);
    }

    [Fact]
    public void Without_exitall_the_others_go_on()
    {
        var jobs = new Jobs(Job("a") with { ExitWhat = ExitWhat.All }, Job("b"), Job("c") with { Stonewall = true });
        jobs.End(0, 10);
        Assert.Equal("b", jobs.Running);
    }

    [Fact]
    public void An_order_that_was_written_down_goes_on_once()
    {
        JobSpec[] specs = [Job("a"), Job("b") with { Stonewall = true }, Job("c") with { Stonewall = true }];
        var jobs = new Jobs(specs);
        jobs.End(0, 10);
        var bytes = new MemoryStream();
        jobs.Order.SaveTo(new BinaryWriter(bytes));
        var again = new Jobs(specs);
        again.Restore(bytes);
        Assert.Equal("b", again.Running);
        again.End(1, 20);
        again.Restore(bytes); // another VCPU's copy of the same
        Assert.Equal("c", again.Running);
    }

    private sealed class Jobs
    {
        private readonly string[] _names;

        public Jobs(params JobSpec[] jobs)
        {
            Order = JobOrder.Of(jobs, 0)!;
            _names = [.. jobs.SelectMany(job => Enumerable.Repeat(job.Name, job.NumJobs))];
            Turns = [.. _names.Select((_, place) => new JobTurn(Order, place))];
            for (var place = 0; place < Turns.Length; place++)
            {
                var woken = place;
                Turns[place].WakeBy(_ => Woken.Add(woken));
            }
        }

        public JobOrder Order { get; }

        public JobTurn[] Turns { get; }

        public List<int> Woken { get; } = [];

        public string Running => string.Join(' ', _names.Where((_, place) => Turns[place] is { StartNs: not null, IsOver: false }));

        public void End(int place, long nowNs) => Turns[place].End(nowNs);

        public void Restore(MemoryStream bytes)
        {
            bytes.Position = 0;
            Order.RestoreFrom(new BinaryReader(bytes));
        }
    }
}
