import type { RequestName } from '../engine/requests.ts';
import type { Receipt as Applied } from '../matching/state.ts';
import type { StorageLevel } from '../storage/contract.ts';
import type { RequestOptions, RequestTo } from './options.ts';
import {
  type OrderReceipt,
  orderReceiptOf,
  type Receipt,
  receiptOf,
  type TurnedAway,
} from './receipts.ts';

/** Carries out a request, and makes a receipt of what came of it. */
type Perform = <C extends RequestName, R extends Receipt>(
  command: C,
  request: RequestTo<C>,
  options: RequestOptions | undefined,
  receiptFor: (applied: Applied, level: StorageLevel) => Exclude<R, TurnedAway>,
) => Promise<R | TurnedAway>;

/** What changes the market of an exchange: one method for each command. */
export class ExchangeCommands {
  readonly #perform: Perform;

  /** @internal */
  constructor(perform: Perform) {
    this.#perform = perform;
  }

  /** Opens an account. The ids `outside`, `fees` and `operator` are taken. */
  openAccount(request: RequestTo<'openAccount'>, options?: RequestOptions): Promise<Receipt> {
    return this.#perform('openAccount', request, options, receiptOf);
  }
  /** Freezes an account, or lifts the freeze: a frozen one may only cancel and receive. */
  freezeAccount(request: RequestTo<'freezeAccount'>, options?: RequestOptions): Promise<Receipt> {
    return this.#perform('freezeAccount', request, options, receiptOf);
  }
  /** Sets what an account may do at most: for operators. O(most orders ever open at once). */
  setAccountLimits(
    request: RequestTo<'setAccountLimits'>,
    options?: RequestOptions,
  ): Promise<Receipt> {
    return this.#perform('setAccountLimits', request, options, receiptOf);
  }
  /** Freezes an account and cancels all its open orders at once: for its owner and for operators. */
  kill(request: RequestTo<'kill'>, options?: RequestOptions): Promise<Receipt> {
    return this.#perform('kill', request, options, receiptOf);
  }
  /** Closes an empty account for good. */
  closeAccount(request: RequestTo<'closeAccount'>, options?: RequestOptions): Promise<Receipt> {
    return this.#perform('closeAccount', request, options, receiptOf);
  }
  /**
   * Sets the key that an account signs with, or takes it away. Once there is one, the account's orders and funds are moved by signed
   * requests alone, and so is the key.
   */
  setAccountKey(request: RequestTo<'setAccountKey'>, options?: RequestOptions): Promise<Receipt> {
    return this.#perform('setAccountKey', request, options, receiptOf);
  }
  /** Brings an amount of an asset into the market; `outside` owes it from then on. */
  deposit(request: RequestTo<'deposit'>, options?: RequestOptions): Promise<Receipt> {
    return this.#perform('deposit', request, options, receiptOf);
  }
  /** Takes an available amount of an asset out of the market. */
  withdraw(request: RequestTo<'withdraw'>, options?: RequestOptions): Promise<Receipt> {
    return this.#perform('withdraw', request, options, receiptOf);
  }
  /** Moves an available amount of an asset from one account to another. */
  transfer(request: RequestTo<'transfer'>, options?: RequestOptions): Promise<Receipt> {
    return this.#perform('transfer', request, options, receiptOf);
  }

  /** Lists an asset: anything that is owned in whole quanta. */
  listAsset(request: RequestTo<'listAsset'>, options?: RequestOptions): Promise<Receipt> {
    return this.#perform('listAsset', request, options, receiptOf);
  }
  /** Lists a product: an energy asset that is traded for a money asset, in ticks and lots. */
  listProduct(request: RequestTo<'listProduct'>, options?: RequestOptions): Promise<Receipt> {
    return this.#perform('listProduct', request, options, receiptOf);
  }
  /** Sets the fees of orders that enter from now on. */
  setFees(request: RequestTo<'setFees'>, options?: RequestOptions): Promise<Receipt> {
    return this.#perform('setFees', request, options, receiptOf);
  }
  /** Sets the price band of orders that enter from now on. */
  setBand(request: RequestTo<'setBand'>, options?: RequestOptions): Promise<Receipt> {
    return this.#perform('setBand', request, options, receiptOf);
  }
  /** Says how far the price may move: orders beyond a collar are refused, trades that move it too far halt the product. */
  setCircuit(request: RequestTo<'setCircuit'>, options?: RequestOptions): Promise<Receipt> {
    return this.#perform('setCircuit', request, options, receiptOf);
  }
  /** Allows nothing but cancels until resumed. */
  haltProduct(request: RequestTo<'haltProduct'>, options?: RequestOptions): Promise<Receipt> {
    return this.#perform('haltProduct', request, options, receiptOf);
  }
  /** Lets a halted product trade again. */
  resumeProduct(request: RequestTo<'resumeProduct'>, options?: RequestOptions): Promise<Receipt> {
    return this.#perform('resumeProduct', request, options, receiptOf);
  }
  /** Ends the orders of a product that are good for its session; the next session begins at once. */
  endSession(request: RequestTo<'endSession'>, options?: RequestOptions): Promise<Receipt> {
    return this.#perform('endSession', request, options, receiptOf);
  }
  /**
   * Holds an auction of a product that trades in auctions: the orders that accept its price trade, those that were good
   * for it end.
   */
  runAuction(request: RequestTo<'runAuction'>, options?: RequestOptions): Promise<Receipt> {
    return this.#perform('runAuction', request, options, receiptOf);
  }
  /** Cancels all orders of a product and closes it for good. */
  closeProduct(request: RequestTo<'closeProduct'>, options?: RequestOptions): Promise<Receipt> {
    return this.#perform('closeProduct', request, options, receiptOf);
  }
  /** Forgets a product that is closed, and delivered if it has a delivery; its energy leaves all accounts if nothing else uses it. */
  archiveProduct(request: RequestTo<'archiveProduct'>, options?: RequestOptions): Promise<Receipt> {
    return this.#perform('archiveProduct', request, options, receiptOf);
  }

  /** Lists a network: zones that products can be traded between. */
  listNetwork(request: RequestTo<'listNetwork'>, options?: RequestOptions): Promise<Receipt> {
    return this.#perform('listNetwork', request, options, receiptOf);
  }
  /** Adds a zone to a network. */
  addZone(request: RequestTo<'addZone'>, options?: RequestOptions): Promise<Receipt> {
    return this.#perform('addZone', request, options, receiptOf);
  }
  /** Sets what buy orders that enter from now on pay for energy from one zone to another. */
  setGridFee(request: RequestTo<'setGridFee'>, options?: RequestOptions): Promise<Receipt> {
    return this.#perform('setGridFee', request, options, receiptOf);
  }
  /** Sets how much of a product may still go from one zone to another. Nothing is matched. */
  setCapacity(request: RequestTo<'setCapacity'>, options?: RequestOptions): Promise<Receipt> {
    return this.#perform('setCapacity', request, options, receiptOf);
  }
  /** Says whether an account wants to trade with another one in networks, or does not. Nothing is matched. */
  setPartner(request: RequestTo<'setPartner'>, options?: RequestOptions): Promise<Receipt> {
    return this.#perform('setPartner', request, options, receiptOf);
  }

  /** Enters an order: locks all that it can cost, trades what crosses, and rests what is left if it may. */
  submit(request: RequestTo<'submit'>, options?: RequestOptions): Promise<OrderReceipt> {
    return this.#perform('submit', request, options, orderReceiptOf);
  }
  /**
   * Changes an order. `quantity` is the new total, what has traded included; no more than that ends
   * the order. Less at the same price keeps the place in the queue, anything else goes to the back.
   */
  amend(request: RequestTo<'amend'>, options?: RequestOptions): Promise<OrderReceipt> {
    return this.#perform('amend', request, options, orderReceiptOf);
  }
  /** Ends an open order; what it still had locked is available again. */
  cancel(request: RequestTo<'cancel'>, options?: RequestOptions): Promise<OrderReceipt> {
    return this.#perform('cancel', request, options, orderReceiptOf);
  }
  /** Cancels the open orders of an account, of a product, or of an account in a product. */
  cancelAll(request: RequestTo<'cancelAll'>, options?: RequestOptions): Promise<Receipt> {
    return this.#perform('cancelAll', request, options, receiptOf);
  }
  /** Trades part of one resting order at its price, all or nothing. */
  take(request: RequestTo<'take'>, options?: RequestOptions): Promise<OrderReceipt> {
    return this.#perform('take', request, options, orderReceiptOf);
  }
  /** Undoes a trade by a counter-entry, out of what its parties have available: for operators. */
  recallTrade(request: RequestTo<'recallTrade'>, options?: RequestOptions): Promise<Receipt> {
    return this.#perform('recallTrade', request, options, receiptOf);
  }
  /** Keeps what the meter of an account counted in a product that is sold forward: for meters and operators. */
  recordReading(request: RequestTo<'recordReading'>, options?: RequestOptions): Promise<Receipt> {
    return this.#perform('recordReading', request, options, receiptOf);
  }
  /** Says what imbalance costs in a product that is sold forward: for operators. */
  setImbalancePrices(
    request: RequestTo<'setImbalancePrices'>,
    options?: RequestOptions,
  ): Promise<Receipt> {
    return this.#perform('setImbalancePrices', request, options, receiptOf);
  }
  /** Books what imbalance comes to by now, less what was booked before: for operators. O(accounts + prices). */
  settleProduct(request: RequestTo<'settleProduct'>, options?: RequestOptions): Promise<Receipt> {
    return this.#perform('settleProduct', request, options, receiptOf);
  }
  /** Ends a block with this command; an exchange with a `blocks` policy does so by itself. */
  sealBlock(request: RequestTo<'sealBlock'> = {}, options?: RequestOptions): Promise<Receipt> {
    return this.#perform('sealBlock', request, options, receiptOf);
  }
  /** Lets time pass up to the clock's: orders whose expiry has come end. */
  advanceTime(request: RequestTo<'advanceTime'> = {}, options?: RequestOptions): Promise<Receipt> {
    return this.#perform('advanceTime', request, options, receiptOf);
  }
}
