using CsCheck;
using Mbsa.Actors.Wire;

namespace Mbsa.Actors.Tests.Wire;

public sealed class ParcelPortTests
{
    [Fact]
    public void Parcels_of_any_size_arrive_whole_and_in_order() =>
        Gen.Select(Gen.Int[0, 3_000_000].Array[1, 4], Gen.ULong).Sample((sizes, seed) =>
        {
            var (here, there) = (new End(), new End());
            var random = new Random((int)seed);
            var parcels = sizes.Select(size =>
            {
                var parcel = new byte[size];
                random.NextBytes(parcel);
                return parcel;
            }).ToList();
            parcels.ForEach(here.Send);
            while (here.Outbox.Count + there.Outbox.Count > 0)
            {
                Assert.All(here.Outbox.OfType<Frame>().GroupBy(frame => frame.Parcel), frames => Assert.InRange(frames.Count(), 1, 16));
                here.DeliverTo(there);
                there.DeliverTo(here);
            }

            Assert.Equal(parcels, there.Received);
        }, iter: 30, threads: 1);

    [Fact]
    public void Parcel_that_lost_a_frame_never_arrives_and_does_not_hold_up_what_is_sent_after_a_reset()
    {
        var (here, there) = (new End(), new End());
        here.Send(new byte[200_000]);
        here.Outbox.RemoveAt(1);
        here.DeliverTo(there);
        there.DeliverTo(here);
        Assert.Empty(there.Received);

        here.Port.Reset();
        here.Send([1, 2, 3]);
        here.DeliverTo(there);
        Assert.Equal([1, 2, 3], Assert.Single(there.Received));
    }

    [Fact]
    public void A_long_parcel_of_which_everything_was_lost_arrives_when_it_is_sent_anew()
    {
        var (here, there) = (new End(), new End());
        var parcel = new byte[3_000_000];
        here.Send(parcel);
        here.Outbox.Clear(); // and no acknowledgement will ever come: the window is full
        here.Port.SendAnew(parcel, here.Outbox.Add);
        while (here.Outbox.Count + there.Outbox.Count > 0)
        {
            here.DeliverTo(there);
            there.DeliverTo(here);
        }

        Assert.Equal(parcel, Assert.Single(there.Received));
    }

    [Fact]
    public void Frames_that_come_twice_or_from_an_older_parcel_are_passed_over()
    {
        var (here, there) = (new End(), new End());
        here.Send(new byte[100_000]);
        var old = here.Outbox.ToList();
        here.DeliverTo(there);
        here.Send([7]);
        here.Outbox.AddRange(old);
        here.DeliverTo(there);
        Assert.Equal([100_000, 1], there.Received.Select(parcel => parcel.Length));
    }

    private sealed class End
    {
        public ParcelPort Port { get; } = new();

        public List<object> Outbox { get; } = [];

        public List<byte[]> Received { get; } = [];

        public void Send(byte[] parcel) => Port.Send(parcel, Outbox.Add);

        public void DeliverTo(End other)
        {
            var messages = Outbox.ToList();
            Outbox.Clear();
            foreach (var message in messages)
            {
                if (message is FrameAck ack)
                {
                    other.Port.On(ack, other.Outbox.Add);
                }
                else if (other.Port.On((Frame)message, other.Outbox.Add) is { } parcel)
                {
                    other.Received.Add(parcel);
                }
            }
        }
    }
}
