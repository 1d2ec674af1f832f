using System.Globalization;
using System.Text.Json.Nodes;

namespace Mbsa.Host.Reproduction;

/// <summary>A figure that was made.</summary>
/// <param name="Name">Its name on the command line.</param>
/// <param name="Result">What came out.</param>
internal sealed record MadeFigure(string Name, FigureResult Result);

/// <summary>
/// What all figures together say of the emulator: what it was fitted to, by how many parameters, and how far its predictions are off.
/// </summary>
internal sealed class ReproductionSummary
{
    private const double MaxMeanError = 0.05;
    private const double MaxError = 0.10;

    private readonly Claim[] _claims;
    private readonly FreeParameter[] _parameters;
    private readonly Claim[] _predicted;

    /// <summary>Gathers it.</summary>
    /// <param name="figures">The figures that were made.</param>
    public ReproductionSummary(IReadOnlyList<MadeFigure> figures)
    {
        _claims = [.. figures.SelectMany(figure => figure.Result.Claims).OrderBy(claim => claim.Number)];
        _parameters = [.. figures.SelectMany(figure => figure.Result.FreeParameters).Distinct()];
        _predicted = [.. _claims.Where(claim => claim.Kind == ClaimKind.Predicted)];
    }

    /// <summary>Mean of the errors of what is predicted, without their signs, as a fraction; 0 when nothing is.</summary>
    public double MeanError => _predicted.Select(claim => Math.Abs(claim.Error)).DefaultIfEmpty(0).Average();

    /// <summary>The prediction that is farthest off; null when nothing is predicted.</summary>
    public Claim? Worst => _predicted.MaxBy(claim => Math.Abs(claim.Error));

    /// <summary>What the predictions together must reach.</summary>
    public IReadOnlyList<Bar> Bars => Worst is not { } worst ? [] :
    [
        new("predicted claims: mean error", IsMax: true, MaxMeanError, MeanError),
        new("predicted claims: maximum error", IsMax: true, MaxError, Math.Abs(worst.Error)),
    ];

    /// <summary>Calibrated and predicted numbers apart, and the parameters; only those that have rows.</summary>
    public IReadOnlyList<FigureTable> Tables =>
    [
        .. new[]
        {
            ClaimTable("Calibrated: the profile was fitted to these, so they say nothing about the emulator",
                ClaimKind.Calibrated), ParameterTable(),
            ClaimTable("Predicted: no parameter was fitted to these", ClaimKind.Predicted),
        }.Where(table => table.Rows.Count > 0),
    ];

    /// <summary>The last line.</summary>
    public string? LastLine => Worst is not { } worst ? null : string.Create(
        CultureInfo.InvariantCulture,
        $"predicted: {_predicted.Length} numbers by {_parameters.Length} free parameters, mean error "
        + $"{FigureTable.Percent(MeanError, 1)} %, maximum {FigureTable.Deviation(worst.Error)} % (claim {worst.Number}: {worst.What})");

    /// <summary>All of it, for programs.</summary>
    public JsonObject Json() => new()
    {
        ["claims"] = new JsonArray([.. _claims.Select(claim => (JsonNode)new JsonObject
        {
            ["claim"] = claim.Number,
            ["what"] = claim.What,
            ["kind"] = claim.Kind == ClaimKind.Predicted ? "predicted" : "calibrated",
            ["paper"] = claim.Paper,
            ["emulated"] = claim.Emulated,
            ["error"] = claim.Error,
        })]),
        ["free_parameters"] = new JsonArray([.. _parameters.Select(parameter => (JsonNode)new JsonObject
        {
            ["name"] = parameter.Name,
            ["value"] = parameter.Value,
            ["fitted_to"] = parameter.FittedTo,
        })]),
        ["predicted_mean_error"] = Worst is null ? null : MeanError,
        ["predicted_maximum_error"] = Worst is { } worst ? Math.Abs(worst.Error) : null,
    };

    private FigureTable ClaimTable(string title, ClaimKind kind)
    {
        var table = FigureTable.WithColumns(title, 2, "claim", "what", "the paper", "emulator", "error %");
        foreach (var claim in _claims.Where(claim => claim.Kind == kind))
        {
            table.Add(
                claim.Number.ToString(CultureInfo.InvariantCulture), claim.What, FigureTable.Number(claim.Paper),
                FigureTable.Fixed(claim.Emulated), FigureTable.Deviation(claim.Error));
        }

        return table;
    }

    private FigureTable ParameterTable()
    {
        var table = FigureTable.WithColumns("Free parameters: all that was fitted to the paper", 3, "parameter", "value", "fitted to");
        foreach (var parameter in _parameters)
        {
            table.Add(parameter.Name, parameter.Value, parameter.FittedTo);
        }

        return table;
    }
}
