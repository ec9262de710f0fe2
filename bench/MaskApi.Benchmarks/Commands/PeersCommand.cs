using System.CommandLine;
using System.Globalization;

namespace MaskApi.Benchmarks.Commands;

/// <summary>Plots the table of <c>bench/peers/compare</c>.</summary>
internal static class PeersCommand
{
    public static Command Create()
    {
        var table = new Option<FileInfo>("--table") { Description = "The table (CSV).", Required = true };
        var plot = new Option<FileInfo>("--plot") { Description = "Plot to write (PNG).", Required = true };
        var command = new Command("peers", "Plots accuracy against processor time, from the table of bench/peers/compare.") { table, plot };
        command.SetAction(result => AccuracyPlot.Save(Read(result.GetValue(table)!), result.GetValue(plot)!.FullName));
        return command;
    }

    private static List<AccuracyPlot.Point> Read(FileInfo file)
    {
        var lines = File.ReadAllLines(file.FullName);
        var header = lines[0].Split(',');
        return [.. lines.Skip(1).Select(line =>
        {
            var row = header.Zip(line.Split(',')).ToDictionary(static pair => pair.First, static pair => pair.Second);
            return new AccuracyPlot.Point(row["set"], row["program"], Number(row["milliseconds"]), Number(row["AP50"]));
        })];
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
