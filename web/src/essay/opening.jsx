// What stands above the first step.
export const Header = () => (
  <header class="opening">
    <h1>Why a corner?</h1>
    <p>A model multiplies each measurement by a weight and adds up. Ordinary fitting gives almost every weight some value. One small change, called L1 regularisation, can make many of them <em>exactly</em> zero: those measurements need not be made at all.</p>
    <p>The reason is a corner, and you can see it in two dimensions.</p>
    <p class="kicker">Nine pictures, about ten minutes. Guess first, then take hold of things.</p>
  </header>);
