using System.Diagnostics.Metrics;

namespace Mbsa.Metrics.Tests;

public class MbsaInstrumentsTests
{
    [Fact]
    public void A_collection_takes_one_sample_however_many_instruments_it_reads()
    {
        var source = new TestSource(TestSource.Host("h", TestSource.Vm("a"), TestSource.Vm("b")));
        using var instruments = new MbsaInstruments(source, TestSource.Instruments);
        using MeterListener listener = ListenTo(instruments, (_, _) => { });

        Assert.Equal(0, source.Asked);
        listener.RecordObservableInstruments();
        Assert.Equal(1, source.Asked);
        listener.RecordObservableInstruments();
        Assert.Equal(2, source.Asked);
    }

    [Fact]
    public void A_second_reader_sees_a_sample_of_its_own_not_the_first_readers()
    {
        var source = new TestSource(TestSource.Host("h", TestSource.Vm("a")));
        using var instruments = new MbsaInstruments(source, TestSource.Instruments);
        long seen = 0;
        using MeterListener first = ListenTo(instruments, (_, _) => { });
        using MeterListener second = ListenTo(instruments, (name, value) => seen = name == "mbsa.scheduler.quanta" ? value : seen);

        first.RecordObservableInstruments();
        source.Current = [TestSource.Host("h", TestSource.Vm("a", times: 2))];
        second.RecordObservableInstruments();

        Assert.Equal(14, seen);
    }

    [Fact]
    public void A_source_that_failed_leaves_no_old_sample_to_be_taken_for_a_new_one()
    {
        var source = new TestSource(TestSource.Host("h", TestSource.Vm("a")));
        using var instruments = new MbsaInstruments(source, TestSource.Instruments);
        int measurements = 0;
        using MeterListener listener = ListenTo(instruments, (_, _) => measurements++);
        listener.RecordObservableInstruments();
        Assert.NotEqual(0, measurements);

        measurements = 0;
        source.Failure = new InvalidOperationException("gone");
        Assert.Throws<AggregateException>(listener.RecordObservableInstruments);
        Assert.Equal(0, measurements);
    }

    [Fact]
    public void Instruments_say_what_they_are_in_base_units_and_dotted_names()
    {
        using var instruments = new MbsaInstruments(new TestSource(TestSource.Host("h")), TestSource.Instruments);
        var found = new List<Instrument>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (ReferenceEquals(instrument.Meter, instruments.Meter))
                {
                    found.Add(instrument);
                }
            },
        };
        listener.Start();

        Assert.NotEmpty(found);
        Assert.Equal(found.Count, found.DistinctBy(instrument => instrument.Name).Count());
        Assert.All(found, instrument =>
        {
            Assert.Matches("^mbsa(\\.[a-z]+(_[a-z]+)*)+$", instrument.Name);
            Assert.False(instrument.Name.EndsWith("count", StringComparison.Ordinal));
            Assert.Matches("^(By|s|1|\\{[a-z]+\\})$", instrument.Unit);
            Assert.EndsWith(".", instrument.Description, StringComparison.Ordinal);
        });
    }

    private static MeterListener ListenTo(MbsaInstruments instruments, Action<string, long> onLong)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, from) =>
            {
                if (ReferenceEquals(instrument.Meter, instruments.Meter))
                {
                    from.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => onLong(instrument.Name, value));
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => onLong(instrument.Name, (long)value));
        listener.Start();
        return listener;
    }
}
