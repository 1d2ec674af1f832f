using Mbsa.Nvm.Memory;

namespace Mbsa.Nvm.Tests.Memory;

public sealed class SharedLifetimeTests
{
    [Fact]
    public void The_last_to_leave_ends_it_once_and_nobody_joins_afterwards()
    {
        var ends = 0;
        var lifetime = new SharedLifetime(() => ends++);
        Assert.True(lifetime.TryJoin());

        lifetime.Leave();
        Assert.Equal(0, ends);
        lifetime.Leave();

        Assert.Equal(1, ends);
        Assert.False(lifetime.TryJoin());
    }
}
