// The static end: which ball when, what to type, the seven answers.
const SKLEARN = `from sklearn.linear_model import LassoCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

model = make_pipeline(StandardScaler(), LassoCV(cv=10))
model.fit(X_train, y_train)

(model[-1].coef_ != 0).sum()      # how many features are left
model.score(X_test, y_test)       # R²: the share of the variance predicted
model[-1].alpha_                  # the price it chose`;

const NORMBALL = `import normball as nb

model = nb.RegressorCV(norm="l1", standardize=True).fit(X_train, y_train)
print(model.report())             # what is kept, how good it is, the proof
model.score(X_test, y_test)       # R²
nb.explore(model)                 # your features in the laboratory`;

const WHEN = [
  ["Few of many features matter, or each one costs money to measure", <><b class="t-l1">L1</b> (lasso). It chooses.</>],
  ["Most features matter a little, and you only want to predict", <><b class="t-l2">Squared L2</b> (ridge). Often as good or better, and steadier where features are alike: it spreads the weight over them instead of choosing one.</>],
  ["Features that are nearly copies of each other", <><b>Elastic net</b>, a blunted diamond. L1 alone keeps one of the copies, more or less by chance.</>],
  ["More rows than you could ever need, few features", <>Neither will change much: with so many rows the best fit has little luck to learn.</>],
];

const ANSWERS = [
  ["What is the diagonal line?", "All weights that fit equally well, a level set of the loss. With more cases than one line can satisfy it is an ellipse around the best fit.", ["line", "data"]],
  ["Inside or outside the diamond?", "Inside, edge included: the ball is all that the budget allows.", ["ball"]],
  ["Why an axis, although the diamond has sides? Why is L2 dense?", "To a line a side offers one direction, a corner a quarter of all; an ellipse can touch a side, but rarely when the ball is small. And L2 saves next to nothing on the last bit of a weight, so it almost never removes it.", ["slide", "compass", "map"]],
  ["What do sparse and dense mean?", "Sparse: some weights are exactly zero, one of two at a corner of the diamond, up to 99 of 100. Dense: none is, as almost everywhere on the circle.", ["ball", "many"]],
  ["My line cuts the side. Is there a strictly cheaper point?", "Yes. A piece of the line lies inside the ball, and every point there is cheaper. Slide until the line only touches.", ["slide"]],
  ["Why pay to grow the ball and pay to move the line?", "Both close the same gap. The best mixture is where a little of the one costs just what it saves of the other; that rate is the price, alpha.", ["price"]],
  ["In what sense sparse, and how important is it?", null, ["matter"]],
];

const NUMBERS = ["line", "ball", "slide", "compass", "data", "map", "price", "many", "matter"];

/** The links to steps; without `go`, on paper, their numbers. */
const Links = ({ ids, go }) => ids.map((id, i) => {
  const number = NUMBERS.indexOf(id) + 1;
  return <span key={id}>{i ? ", " : " "}{go ? <a href={`#${id}`} onClick={(event) => { event.preventDefault(); go(id); }}>{number}</a> : number}</span>;
});

export function End({ story, go, openLab }) {
  return (
    <section class="end" id="end">
      <h2>Which one should I use?</h2>
      <table><tbody>{WHEN.map(([when, which]) => <tr key={when}><th scope="row">{when}</th><td>{which}</td></tr>)}</tbody></table>
      <p>A zero does not prove that a feature is useless; it says that with this budget it was not worth its price. L1 also shrinks the weights that it keeps.</p>
      <h2>What do I type?</h2>
      <p>The budget, or its price, is chosen by cross-validation: every candidate is tried on rows held back in turn.</p>
      <pre tabindex="0" aria-label="scikit-learn">{SKLEARN}</pre>
      <p>Standardise first: the ball charges every weight alike, so a feature measured in grams must not pay a thousand times less than one in kilograms. For yes or no, use <code>LogisticRegression(l1_ratio=1, solver="liblinear", C=…)</code> (before scikit-learn 1.8: <code>penalty="l1"</code>); its C is a price upside down. In normball:</p>
      <pre tabindex="0" aria-label="normball">{NORMBALL}</pre>
      <p>Your own table in steps 5, 6 and 9 of this page: <code>normball tour --data table.csv --target price</code></p>
      <h2>Seven answers, for the impatient</h2>
      <dl>{ANSWERS.map(([question, answer, ids]) => <div key={question}><dt>{question}</dt><dd>{answer || story.answers.matter}<Links ids={ids} go={go} /></dd></div>)}</dl>
      {openLab && <p class="tolabs"><button type="button" class="tolab" onClick={() => openLab({})}>Open the laboratory</button>: eight balls, eight losses, three dimensions.</p>}
      <p class="kicker">{story.made} Every number is computed, here or in the run that made this page; nothing is sent anywhere.</p>
    </section>);
}
