using Akka.Actor;
using Mbsa.Actors.Commands;
using Mbsa.Actors.Tests.Migrating;
using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;

namespace Mbsa.Actors.Tests.Hosts;

/// <summary>When a host says that a VM is gone, it is.</summary>
public sealed class GoneVmTests
{
    [Theory]
    [InlineData("runs")]
    [InlineData("stopped")]
    [InlineData("is prepared")]
    public async Task Nothing_of_it_is_on_the_board_at_the_moment_of_the_answer(string how)
    {
        await using var rig = new MigrationRig(Lab.Scenario(Lab.Vm("a")), hosts: 1);
        var (_, _, empty) = await AskAsync(rig, new HostCommand.Forget(0)); // which is done also where nothing is
        HostCommand command = how == "is prepared" ? new HostCommand.Prepare(0, QosSpec.BestEffort) : new HostCommand.Start(0);
        await rig.AskAsync<HostAnswer.Done>(0, command);
        if (how == "stopped")
        {
            await rig.AskAsync<HostAnswer.Done>(0, new HostCommand.Stop(0));
        }

        var (answer, state, bytes) = await AskAsync(rig, new HostCommand.Forget(0));
        Assert.IsType<HostAnswer.Done>(answer);
        Assert.Equal((VmState.Waiting, empty), (state, bytes));
    }

    [Fact]
    public async Task One_whose_actor_cannot_be_made_leaves_nothing_before_it_is_refused()
    {
        await using var rig = new MigrationRig(Lab.Scenario(Lab.Vm("a") with { Jobs = [] }), hosts: 1); // its disk asks the jobs
        var (_, _, empty) = await AskAsync(rig, new HostCommand.Forget(0)); // which is done also where nothing is
        var (answer, state, bytes) = await AskAsync(rig, new HostCommand.Prepare(0, QosSpec.BestEffort));
        Assert.IsType<HostAnswer.Refused>(answer);
        Assert.Equal((VmState.Waiting, empty), (state, bytes));
    }

    private static async Task<(object Answer, VmState State, long NvmBytes)> AskAsync(MigrationRig rig, HostCommand command)
    {
        var asker = new Asker(answer => (answer, rig.Board(0).StateOf(0), rig.Board(0).NvmAllocatedBytes));
        rig.Actor(0).Tell(command, asker);
        return await asker.Seen.WaitAsync(TimeSpan.FromSeconds(60));
    }

    /// <summary>Looks while it is told, on the thread of whoever tells it: nothing that comes later is seen.</summary>
    private sealed class Asker(Func<object, (object, VmState, long)> look) : MinimalActorRef
    {
        private readonly TaskCompletionSource<(object, VmState, long)> _seen = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<(object, VmState, long)> Seen => _seen.Task;

        public override ActorPath Path { get; } = new RootActorPath(Address.AllSystems) / "asker";

        public override IActorRefProvider Provider => throw new NotSupportedException();

        protected override void TellInternal(object message, IActorRef sender) => _seen.TrySetResult(look(message));
    }
}
