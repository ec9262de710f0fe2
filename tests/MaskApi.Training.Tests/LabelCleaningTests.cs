using MaskApi.Training.Data;

namespace MaskApi.Training.Tests;

public sealed class LabelCleaningTests
{
    private static readonly LabelledCrop[] _crops =
    [
        .. TestFaces.Crops(10).Select((c, i) => c with { Picture = $"a, b {i}.jpg", Tag = i < 5 ? "beard" : string.Empty }),
    ];

    [Fact]
    public void Answers_are_read_as_they_were_written()
    {
        var answers = Read(Probabilities);

        Assert.Equal(_crops.Select(HeldOutAnswersFile.Key), answers.Select(a => a.Face));
        Assert.Equal(_crops.SelectMany((_, i) => Probabilities(i)), answers.SelectMany(a => a.Probabilities));
    }

    [Fact]
    public void Sure_answers_relabel_and_doubtful_ones_leave_out()
    {
        // Even faces are labelled as masked, odd ones as bare.
        var cleaned = LabelCleaning.Apply(_crops, Read(Probabilities), 0.5, 0.2);

        Assert.Equal(
            [
                FaceLabel.WithMask, FaceLabel.WithoutMask, FaceLabel.WithoutMask, FaceLabel.WithoutMask,
                FaceLabel.IncorrectMask, FaceLabel.WithoutMask, FaceLabel.IncorrectMask, FaceLabel.WithoutMask,
            ],
            cleaned.Crops.Select(c => c.Label));
        Assert.Equal((2, 2), (cleaned.Relabelled, cleaned.LeftOut));
        Assert.DoesNotContain(cleaned.Crops, c => c.Picture is "a, b 2.jpg" or "a, b 4.jpg");
    }

    [Fact]
    public void Faces_without_an_answer_keep_their_labels() =>
        Assert.Equal(_crops, LabelCleaning.Apply(_crops, [], 0.5, 0.2).Crops);

    [Fact]
    public void Another_file_is_refused()
    {
        var path = Path.GetTempFileName();
        File.WriteAllText(path, "picture,label\n");
        Assert.Throws<InvalidDataException>(() => HeldOutAnswersFile.Read(path));
        File.Delete(path);
    }

    private static double[] Probabilities(int i) => [0, (10 - i) / 10.0, i / 10.0];

    private static IReadOnlyList<HeldOutVerdict> Read(Func<int, double[]> probabilities)
    {
        var path = Path.GetTempFileName();
        HeldOutAnswersFile.Write(path, _crops.Select((c, i) => (c, (IReadOnlyList<double>)probabilities(i))));
        var answers = HeldOutAnswersFile.Read(path);
        File.Delete(path);
        return answers;
    }
}
