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
        HostCommand command = how == "is prepared" ? new HostCommand.Prepare(0, QosSpec.BestEffort) : new HostCommand.Start(0);
        await rig.AskAsync<HostAnswer.Done>(0, command);
        var free = rig.Board(0).NvmAllocatedBytes;
        if (how == "stopped")
        {
            await rig.AskAsync<HostAnswer.Done>(0, new HostCommand.Stop(0));
        }

        var asker = new Asker(() => (rig.Board(0).StateOf(0), rig.Board(0).NvmAllocatedBytes < free));
        rig.Actor(0).Tell(new HostCommand.Forget(0), asker);
        var (answer, seen) = await asker.Answered.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.IsType<HostAnswer.Done>(answer);
        Assert.Equal((VmState.Waiting, true), seen);
    }

    /// <summary>Looks while it is told, on the thread of whoever tells it: nothing that comes later is seen.</summary>
    private sealed class Asker(Func<(VmState State, bool IsFreed)> look) : MinimalActorRef
    {
        private readonly TaskCompletionSource<(object, (VmState, bool))> _answered =
            new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<(object Answer, (VmState, bool) Seen)> Answered => _answered.Task;

        public override ActorPath Path { get; } = new RootActorPath(Address.AllSystems) / "asker";

        public override IActorRefProvider Provider => throw new NotSupportedException();

        protected override void TellInternal(object message, IActorRef sender) => _answered.TrySetResult((message, look()));
    }
}
